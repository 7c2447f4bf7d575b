resource "azurerm_mssql_firewall_rule" "example" {
  name             = "rule"
  server_id        = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/sql"
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "azurerm_mssql_firewall_rule" "example" {
  name             = "rule"
  server_id        = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Sql/servers/sql"
  start_ip_address = terraform_data.settings.output
  end_ip_address   = "203.0.113.9"
}

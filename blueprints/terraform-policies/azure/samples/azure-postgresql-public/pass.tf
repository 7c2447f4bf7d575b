resource "azurerm_postgresql_flexible_server" "example" {
  name                          = "psql-example"
  resource_group_name           = "rg-example"
  location                      = "westeurope"
  version                       = "16"
  sku_name                      = "GP_Standard_D2s_v3"
  storage_mb                    = 32768
  public_network_access_enabled = false
}

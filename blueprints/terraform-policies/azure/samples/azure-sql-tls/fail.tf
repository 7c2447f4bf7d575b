resource "azurerm_mssql_server" "example" {
  name                         = "sql-example"
  resource_group_name          = "rg-example"
  location                     = "westeurope"
  version                      = "12.0"
  administrator_login          = "dba"
  administrator_login_password = "example"
  minimum_tls_version          = "1.0"
}

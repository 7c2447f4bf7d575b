resource "azurerm_mssql_server" "example" {
  name                         = "sql-example"
  resource_group_name          = "rg-example"
  location                     = "westeurope"
  version                      = "12.0"
  administrator_login          = "dba"
  administrator_login_password = "example"
  azuread_administrator {
    login_username              = "dba"
    object_id                   = "33333333-3333-3333-3333-333333333333"
    azuread_authentication_only = false
  }
}

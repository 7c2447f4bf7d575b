resource "terraform_data" "settings" {
  input = false
}

resource "azurerm_mssql_server" "example" {
  name                          = "sql-example"
  resource_group_name           = "rg-example"
  location                      = "westeurope"
  version                       = "12.0"
  administrator_login           = "dba"
  administrator_login_password  = "example"
  public_network_access_enabled = terraform_data.settings.output
}

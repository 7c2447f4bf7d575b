resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "azurerm_storage_account" "example" {
  name                     = "stexample"
  resource_group_name      = "rg-example"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
  min_tls_version          = terraform_data.settings.output
}

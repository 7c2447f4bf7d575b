resource "terraform_data" "settings" {
  input = false
}

resource "azurerm_storage_account" "example" {
  name                      = "stexample"
  resource_group_name       = "rg-example"
  location                  = "westeurope"
  account_tier              = "Standard"
  account_replication_type  = "ZRS"
  shared_access_key_enabled = terraform_data.settings.output
}

resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "azurerm_storage_account" "example" {
  name                     = "stexample"
  resource_group_name      = "rg-example"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
  network_rules {
    default_action = terraform_data.settings.output
    ip_rules       = ["203.0.113.0/24"]
  }
}

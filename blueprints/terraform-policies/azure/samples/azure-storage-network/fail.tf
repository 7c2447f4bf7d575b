resource "azurerm_storage_account" "example" {
  name                     = "stexample"
  resource_group_name      = "rg-example"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
  network_rules {
    default_action = "Allow"
    ip_rules       = ["203.0.113.0/24"]
  }
}

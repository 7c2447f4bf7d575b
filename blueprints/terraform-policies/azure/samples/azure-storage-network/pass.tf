resource "azurerm_storage_account" "example" {
  name                          = "stexample"
  resource_group_name           = "rg-example"
  location                      = "westeurope"
  account_tier                  = "Standard"
  account_replication_type      = "ZRS"
  public_network_access_enabled = false
}

resource "azurerm_storage_account" "rules" {
  name                     = "stexample"
  resource_group_name      = "rg-example"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
  network_rules {
    default_action = "Deny"
    ip_rules       = ["203.0.113.0/24"]
  }
}

resource "azurerm_storage_account" "apart" {
  name                     = "stexample"
  resource_group_name      = "rg-example"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
}

resource "azurerm_storage_account_network_rules" "apart" {
  storage_account_id = azurerm_storage_account.apart.id
  default_action     = "Deny"
}

resource "azurerm_container_registry" "example" {
  name                = "acrexample"
  resource_group_name = "rg-example"
  location            = "westeurope"
  sku                 = "Premium"
  admin_enabled       = true
}

resource "azurerm_subnet" "example" {
  name                 = "snet-example"
  resource_group_name  = "rg-example"
  virtual_network_name = "vnet-example"
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_public_ip" "example" {
  name                = "pip-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  allocation_method   = "Static"
}

resource "azurerm_network_interface" "example" {
  name                = "nic-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  ip_configuration {
    name                          = "internal"
    subnet_id                     = "/subscriptions/s/subnets/a"
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.example.id
  }
}

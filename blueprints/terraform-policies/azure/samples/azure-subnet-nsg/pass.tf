resource "azurerm_subnet" "example" {
  name                 = "snet-example"
  resource_group_name  = "rg-example"
  virtual_network_name = "vnet-example"
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_network_security_group" "example" {
  name                = "nsg-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  security_rule {
    name                       = "rule"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    source_port_range          = "*"
    destination_address_prefix = "*"
    protocol                   = "Tcp"
    source_address_prefix      = "10.0.0.0/8"
    destination_port_range     = "443"
  }
}

resource "azurerm_subnet_network_security_group_association" "example" {
  subnet_id                 = azurerm_subnet.example.id
  network_security_group_id = azurerm_network_security_group.example.id
}

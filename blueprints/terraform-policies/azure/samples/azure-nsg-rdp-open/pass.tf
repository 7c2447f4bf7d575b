resource "azurerm_network_security_rule" "example" {
  name                        = "rule"
  resource_group_name         = "rg-example"
  network_security_group_name = "nsg-example"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  protocol                    = "Tcp"
  source_address_prefix       = "203.0.113.0/24"
  destination_port_range      = "3389"
}

resource "azurerm_network_security_rule" "web" {
  name                        = "rule"
  resource_group_name         = "rg-example"
  network_security_group_name = "nsg-example"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  protocol                    = "Tcp"
  source_address_prefix       = "Internet"
  destination_port_ranges     = ["443", "8000-9000"]
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
    destination_port_range     = "3389"
  }
}

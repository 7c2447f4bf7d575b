resource "azurerm_network_security_rule" "example" {
  name                        = "rule"
  resource_group_name         = "rg-example"
  network_security_group_name = "nsg-example"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  protocol                    = "Udp"
  source_address_prefix       = "Internet"
  destination_port_range      = "*"
}

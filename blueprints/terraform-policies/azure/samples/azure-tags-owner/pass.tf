resource "azurerm_resource_group" "example" {
  name     = "rg-example"
  location = "westeurope"
  tags = {
    owner = "team-web"
  }
}

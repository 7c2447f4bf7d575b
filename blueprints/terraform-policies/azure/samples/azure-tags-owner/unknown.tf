resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "azurerm_resource_group" "example" {
  name     = "rg-example"
  location = "westeurope"
  tags = {
    owner = terraform_data.settings.output
  }
}

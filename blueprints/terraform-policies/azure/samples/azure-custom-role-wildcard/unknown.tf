resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "azurerm_role_definition" "example" {
  name  = "deployer"
  scope = "/subscriptions/22222222-2222-2222-2222-222222222222"
  permissions {
    actions     = [terraform_data.settings.output]
    not_actions = []
  }
}

resource "azurerm_role_definition" "example" {
  name  = "deployer"
  scope = "/subscriptions/22222222-2222-2222-2222-222222222222"
  permissions {
    actions     = ["Microsoft.Web/sites/read", "Microsoft.Web/sites/restart/action"]
    not_actions = []
  }
}

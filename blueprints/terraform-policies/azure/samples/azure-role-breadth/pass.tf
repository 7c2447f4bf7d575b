resource "azurerm_role_assignment" "example" {
  principal_id         = "11111111-1111-1111-1111-111111111111"
  scope                = "/subscriptions/22222222-2222-2222-2222-222222222222"
  role_definition_name = "Reader"
}

resource "azurerm_role_assignment" "group" {
  principal_id         = "11111111-1111-1111-1111-111111111111"
  scope                = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-example"
  role_definition_name = "Contributor"
}

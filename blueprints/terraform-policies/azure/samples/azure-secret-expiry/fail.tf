resource "azurerm_key_vault_secret" "example" {
  name         = "secret-example"
  key_vault_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
  value        = "example"
}

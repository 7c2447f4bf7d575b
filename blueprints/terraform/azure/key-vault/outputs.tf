output "key_vault_id" {
  description = "The resource ID of the vault. It is known when the roles are given."
  value       = azurerm_key_vault.this.id
  depends_on  = [azurerm_role_assignment.this]
}

output "key_vault_name" {
  description = "The name of the vault."
  value       = azurerm_key_vault.this.name
}

output "vault_uri" {
  description = "The address of the vault."
  value       = azurerm_key_vault.this.vault_uri
}

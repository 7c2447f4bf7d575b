output "storage_account_id" {
  description = "The resource ID of the account."
  value       = azurerm_storage_account.this.id
}

output "storage_account_name" {
  description = "The name of the account."
  value       = azurerm_storage_account.this.name
}

output "container_ids" {
  description = "The resource IDs of the containers, by name."
  value       = { for name, container in azurerm_storage_container.this : name => container.id }
}

output "backend" {
  description = "What the backend azurerm takes, but for `container_name` and `key`, which are each root module's own."
  value = {
    resource_group_name  = var.resource_group_name
    storage_account_name = azurerm_storage_account.this.name
    use_azuread_auth     = true
  }
}

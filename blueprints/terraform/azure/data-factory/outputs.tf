output "data_factory_id" {
  description = "The resource ID of the factory."
  value       = azurerm_data_factory.this.id
}

output "data_factory_name" {
  description = "The name of the factory."
  value       = azurerm_data_factory.this.name
}

output "identity_principal_id" {
  description = "The object ID of the factory's identity, for further rights."
  value       = azurerm_data_factory.this.identity[0].principal_id
}

output "managed_private_endpoint_ids" {
  description = "The managed private endpoints that wait for approval at their targets, by name."
  value = merge(
    { for endpoint in azurerm_data_factory_managed_private_endpoint.vault : endpoint.name => endpoint.id },
    { for endpoint in azurerm_data_factory_managed_private_endpoint.lake : endpoint.name => endpoint.id },
  )
}

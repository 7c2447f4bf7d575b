output "scale_set_id" {
  description = "The resource ID of the scale set."
  value       = azurerm_linux_virtual_machine_scale_set.this.id
}

output "scale_set_name" {
  description = "The name of the scale set."
  value       = azurerm_linux_virtual_machine_scale_set.this.name
}

output "identity_principal_id" {
  description = "The object ID of the identity of the machines, for their rights."
  value       = azurerm_linux_virtual_machine_scale_set.this.identity[0].principal_id
}

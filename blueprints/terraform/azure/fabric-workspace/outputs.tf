output "workspace_id" {
  description = "The ID of the workspace."
  value       = fabric_workspace.this.id
}

output "identity_service_principal_id" {
  description = "The object ID of the identity of the workspace, for its rights on storage."
  value       = fabric_workspace.this.identity.service_principal_id
}

output "capacity_resource_id" {
  description = "The resource ID of the capacity, to pause it by; null when it was there already."
  value       = one(azurerm_fabric_capacity.this[*].id)
}

output "lakehouse_ids" {
  description = "The IDs of the lakehouses, by name."
  value       = { for name, lakehouse in fabric_lakehouse.this : name => lakehouse.id }
}

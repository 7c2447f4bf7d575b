output "workspace_resource_id" {
  description = "The resource ID of the workspace."
  value       = azurerm_databricks_workspace.this.id
}

output "workspace_id" {
  description = "The number of the workspace within Databricks."
  value       = azurerm_databricks_workspace.this.workspace_id
}

output "workspace_url" {
  description = "The address of the workspace, the `host` of the provider databricks."
  value       = "https://${azurerm_databricks_workspace.this.workspace_url}"
}

output "access_connector_id" {
  description = "The resource ID of the identity that Unity Catalog reads and writes with. It is known when its role is given."
  value       = azurerm_databricks_access_connector.this.id
  depends_on  = [azurerm_role_assignment.connector]
}

output "storage_urls" {
  description = "The addresses of the containers, by name, as external locations take them."
  value       = { for name, container in azurerm_storage_container.this : name => "abfss://${container.name}@${azurerm_storage_account.this.name}.dfs.core.windows.net/" }
}

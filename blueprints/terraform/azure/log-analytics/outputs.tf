output "workspace_id" {
  description = "The resource ID of the workspace, as the other modules take it."
  value       = azurerm_log_analytics_workspace.this.id
}

output "workspace_name" {
  description = "The name of the workspace."
  value       = azurerm_log_analytics_workspace.this.name
}

output "customer_id" {
  description = "The UUID by which agents know the workspace."
  value       = azurerm_log_analytics_workspace.this.workspace_id
}

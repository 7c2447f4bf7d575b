resource "azurerm_key_vault" "example" {
  name                = "kv-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "standard"
}

resource "azurerm_monitor_diagnostic_setting" "example" {
  name                       = "audit"
  target_resource_id         = azurerm_key_vault.example.id
  log_analytics_workspace_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/logs"
  enabled_log {
    category = "AuditEvent"
  }
}

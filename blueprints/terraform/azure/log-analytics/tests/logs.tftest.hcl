provider "azurerm" {
  features {}
}

variables {
  context             = { workload = "management", environment = "prod", location = "westeurope", owner = "platform@example.com" }
  resource_group_name = "rg-management"
}

run "is_strict_by_default" {
  assert {
    condition     = azurerm_log_analytics_workspace.this.local_authentication_enabled == false && azurerm_log_analytics_workspace.this.retention_in_days == 90
    error_message = "shared keys are on, or logs are not kept for 90 days"
  }
  assert {
    condition     = azurerm_management_lock.this[0].lock_level == "CanNotDelete" && azurerm_management_lock.this[0].scope == output.workspace_id
    error_message = "the workspace can be deleted"
  }
  assert {
    condition     = azurerm_monitor_diagnostic_setting.this.log_analytics_workspace_id == output.workspace_id && one(azurerm_monitor_diagnostic_setting.this.enabled_log).category_group == "audit"
    error_message = "nobody learns who asked what"
  }
  assert {
    condition     = azurerm_log_analytics_workspace.this.name == "log-management-prod-westeurope-001"
    error_message = "the name is ${azurerm_log_analytics_workspace.this.name}"
  }
}

run "takes_what_is_asked_for" {
  command = plan
  variables {
    tables        = { AppTraces = { total_retention_in_days = 365, plan = "Basic" } }
    readers       = { security = "11111111-1111-4111-8111-111111111111" }
    public_access = { query = false }
    delete_lock   = false
  }
  assert {
    condition     = azurerm_log_analytics_workspace_table.this["AppTraces"].plan == "Basic" && azurerm_role_assignment.reader["security"].role_definition_name == "Log Analytics Reader"
    error_message = "tables or readers are not those that were asked for"
  }
  assert {
    condition     = azurerm_log_analytics_workspace.this.internet_query_enabled == false && azurerm_log_analytics_workspace.this.internet_ingestion_enabled && length(azurerm_management_lock.this) == 0
    error_message = "public_access or delete_lock is not heeded"
  }
}

run "refuses_what_azure_would_refuse_late" {
  command = plan
  variables {
    retention_in_days = 7
    daily_quota_gb    = 0
    tables            = { AppTraces = { total_retention_in_days = 365, plan = "Cheap" } }
  }
  expect_failures = [var.retention_in_days, var.daily_quota_gb, var.tables]
}

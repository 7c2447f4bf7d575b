module "naming" {
  source  = "../../naming"
  context = var.context
}

resource "azurerm_log_analytics_workspace" "this" {
  name                         = "log-${module.naming.suffix}"
  resource_group_name          = var.resource_group_name
  location                     = var.context.location
  sku                          = "PerGB2018"
  retention_in_days            = var.retention_in_days
  daily_quota_gb               = var.daily_quota_gb
  local_authentication_enabled = false
  internet_ingestion_enabled   = var.public_access.ingestion
  internet_query_enabled       = var.public_access.query
  tags                         = module.naming.tags

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_log_analytics_workspace_table" "this" {
  for_each = var.tables

  workspace_id            = azurerm_log_analytics_workspace.this.id
  name                    = each.key
  plan                    = each.value.plan
  total_retention_in_days = each.value.total_retention_in_days
}

# Who asked what is itself a log.
resource "azurerm_monitor_diagnostic_setting" "this" {
  name                       = "to-log-analytics"
  target_resource_id         = azurerm_log_analytics_workspace.this.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id

  enabled_log {
    category_group = "audit"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}

resource "azurerm_role_assignment" "reader" {
  for_each = var.readers

  scope                = azurerm_log_analytics_workspace.this.id
  role_definition_name = "Log Analytics Reader"
  principal_id         = each.value
}

resource "azurerm_management_lock" "this" {
  count = var.delete_lock ? 1 : 0

  name       = "keep"
  scope      = azurerm_log_analytics_workspace.this.id
  lock_level = "CanNotDelete"
  notes      = "Logs are evidence."
}

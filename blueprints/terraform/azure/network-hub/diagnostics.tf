locals {
  # Security groups have logs and no metrics.
  diagnosed = merge(
    {
      network         = { id = azurerm_virtual_network.this.id, metrics = true }
      firewall        = { id = azurerm_firewall.this.id, metrics = true }
      firewall_public = { id = azurerm_public_ip.firewall.id, metrics = true }
    },
    { for name, group in azurerm_network_security_group.this : "group_${name}" => { id = group.id, metrics = false } },
  )
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  for_each = local.diagnosed

  name                           = "to-log-analytics"
  target_resource_id             = each.value.id
  log_analytics_workspace_id     = var.log_analytics_workspace_id
  log_analytics_destination_type = each.key == "firewall" ? "Dedicated" : null

  enabled_log {
    category_group = "allLogs"
  }

  dynamic "enabled_metric" {
    for_each = each.value.metrics ? ["AllMetrics"] : []

    content {
      category = enabled_metric.value
    }
  }
}

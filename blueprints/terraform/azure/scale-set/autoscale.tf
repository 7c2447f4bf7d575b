locals {
  default_profile = {
    name       = "default"
    minimum    = var.capacity.minimum
    maximum    = var.capacity.maximum
    default    = coalesce(var.capacity.default, var.capacity.minimum)
    recurrence = []
  }

  profiles = concat([local.default_profile], [
    for name, schedule in var.schedules : {
      name       = name
      minimum    = schedule.minimum
      maximum    = schedule.maximum
      default    = schedule.minimum
      recurrence = [{ days = schedule.days, hour = schedule.hour }]
    }
  ])

  # Growing is quick, shrinking slow: too few machines cost more than too many.
  rules = [
    { operator = "GreaterThan", threshold = var.capacity.scale_out_cpu_percent, window = "PT5M", direction = "Increase", cooldown = "PT3M" },
    { operator = "LessThan", threshold = var.capacity.scale_in_cpu_percent, window = "PT10M", direction = "Decrease", cooldown = "PT10M" },
  ]
}

resource "azurerm_monitor_autoscale_setting" "this" {
  name                = "as-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  target_resource_id  = azurerm_linux_virtual_machine_scale_set.this.id
  enabled             = true
  tags                = local.tags

  dynamic "profile" {
    for_each = local.profiles

    content {
      name = profile.value.name

      capacity {
        minimum = profile.value.minimum
        maximum = profile.value.maximum
        default = profile.value.default
      }

      dynamic "recurrence" {
        for_each = profile.value.recurrence

        content {
          timezone = "UTC"
          days     = recurrence.value.days
          hours    = [recurrence.value.hour]
          minutes  = [0]
        }
      }

      dynamic "rule" {
        for_each = local.rules

        content {
          metric_trigger {
            metric_name        = "Percentage CPU"
            metric_namespace   = "microsoft.compute/virtualmachinescalesets"
            metric_resource_id = azurerm_linux_virtual_machine_scale_set.this.id
            operator           = rule.value.operator
            threshold          = rule.value.threshold
            statistic          = "Average"
            time_aggregation   = "Average"
            time_grain         = "PT1M"
            time_window        = rule.value.window
          }

          scale_action {
            direction = rule.value.direction
            type      = "ChangeCount"
            value     = 1
            cooldown  = rule.value.cooldown
          }
        }
      }
    }
  }

  dynamic "notification" {
    for_each = length(var.notify) > 0 ? [var.notify] : []

    content {
      email {
        custom_emails = notification.value
      }
    }
  }
}

resource "azurerm_monitor_diagnostic_setting" "autoscale" {
  name                       = "to-log-analytics"
  target_resource_id         = azurerm_monitor_autoscale_setting.this.id
  log_analytics_workspace_id = var.log_analytics_workspace_id

  enabled_log {
    category_group = "allLogs"
  }
}

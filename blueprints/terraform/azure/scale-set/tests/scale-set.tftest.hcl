provider "azurerm" {
  features {}
}

variables {
  context                    = { workload = "shop", environment = "prod", location = "westeurope", owner = "shop@example.com" }
  resource_group_name        = "rg-shop"
  log_analytics_workspace_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central"
  subnet_id                  = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-shop"
  ssh_public_key             = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleEx admin@example.com"
  health_probe               = { path = "/healthz", port = 8080 }
  capacity                   = { minimum = 3, maximum = 30 }
}

run "scales_heals_and_is_hardened" {
  assert {
    condition     = azurerm_linux_virtual_machine_scale_set.this.secure_boot_enabled && azurerm_linux_virtual_machine_scale_set.this.encryption_at_host_enabled && azurerm_linux_virtual_machine_scale_set.this.disable_password_authentication
    error_message = "the machines are not hardened"
  }
  assert {
    condition     = azurerm_linux_virtual_machine_scale_set.this.upgrade_mode == "Rolling" && azurerm_linux_virtual_machine_scale_set.this.automatic_instance_repair[0].enabled && jsondecode(one(azurerm_linux_virtual_machine_scale_set.this.extension).settings).requestPath == "/healthz"
    error_message = "machines that are not well stay"
  }
  assert {
    condition     = azurerm_monitor_autoscale_setting.this.profile[0].capacity[0].minimum == 3 && azurerm_monitor_autoscale_setting.this.profile[0].capacity[0].default == 3 && length(azurerm_monitor_autoscale_setting.this.profile) == 1
    error_message = "the bounds are not those that were asked for"
  }
  assert {
    condition     = [for rule in azurerm_monitor_autoscale_setting.this.profile[0].rule : "${rule.metric_trigger[0].operator} ${rule.metric_trigger[0].threshold} ${rule.scale_action[0].direction}"] == ["GreaterThan 70 Increase", "LessThan 30 Decrease"]
    error_message = "it does not grow under load, or not shrink without"
  }
  assert {
    condition     = length(azurerm_linux_virtual_machine_scale_set.this.network_interface[0].ip_configuration[0].public_ip_address) == 0 && length(azurerm_linux_virtual_machine_scale_set.this.zones) == 3
    error_message = "machines are public, or in one zone"
  }
}

run "follows_the_clock" {
  command = plan
  variables {
    schedules = { nights = { days = ["Saturday", "Sunday"], hour = 19, minimum = 1, maximum = 5 } }
    image     = { version = "24.04.202501010" }
    notify    = ["ops@example.com"]
  }
  assert {
    condition     = azurerm_monitor_autoscale_setting.this.profile[1].recurrence[0].hours == tolist([19]) && azurerm_monitor_autoscale_setting.this.profile[1].capacity[0].maximum == 5 && length(azurerm_monitor_autoscale_setting.this.profile[1].rule) == 2
    error_message = "nights are as days"
  }
  assert {
    condition     = azurerm_linux_virtual_machine_scale_set.this.automatic_os_upgrade_policy[0].enable_automatic_os_upgrade == false && azurerm_monitor_autoscale_setting.this.notification[0].email[0].custom_emails == tolist(["ops@example.com"])
    error_message = "a fixed image is upgraded, or nobody hears of it"
  }
}

run "refuses_what_would_flap_or_not_fit" {
  command = plan
  variables {
    capacity     = { minimum = 1, maximum = 3, scale_out_cpu_percent = 60, scale_in_cpu_percent = 50 }
    schedules    = { nights = { days = ["Sat"], hour = 19, minimum = 1, maximum = 5 } }
    health_probe = { path = "healthz", port = 8080 }
  }
  expect_failures = [var.capacity, var.schedules, var.health_probe]
}

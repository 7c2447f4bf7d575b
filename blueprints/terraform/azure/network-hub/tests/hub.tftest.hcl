provider "azurerm" {
  features {}
}

variables {
  context = {
    workload    = "connectivity"
    environment = "prod"
    location    = "westeurope"
    owner       = "network@example.com"
  }
  resource_group_name        = "rg-connectivity"
  log_analytics_workspace_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central"
  address_space              = ["10.0.0.0/16", "10.8.0.0/20"]
  firewall                   = { address_prefix = "10.0.0.0/26" }
}

run "denies_by_default" {
  variables {
    subnets = {
      endpoints = { address_prefix = "10.0.1.0/24" }
      isolated  = { address_prefix = "10.8.15.0/24", through_firewall = false }
    }
  }

  assert {
    condition = alltrue([
      for rule in values(azurerm_network_security_rule.deny) :
      rule.access == "Deny" && rule.direction == "Inbound" && rule.priority == 4096 && rule.source_address_prefix == "*"
    ]) && length(azurerm_network_security_rule.deny) == 2
    error_message = "a subnet is left without the rule that denies all inbound traffic"
  }
  assert {
    condition     = length(azurerm_network_security_rule.inbound) == 0 && length(azurerm_firewall_policy_rule_collection_group.this) == 0
    error_message = "something is let through that nobody asked for"
  }
  assert {
    condition     = alltrue([for subnet in values(azurerm_subnet.this) : subnet.default_outbound_access_enabled == false])
    error_message = "a subnet reaches the internet beside the firewall"
  }
  assert {
    condition     = keys(azurerm_subnet_route_table_association.this) == ["endpoints"] && azurerm_route.through_firewall.next_hop_in_ip_address == output.firewall_private_ip
    error_message = "the route through the firewall is not where it should be"
  }
  assert {
    condition     = azurerm_firewall_policy.this.threat_intelligence_mode == "Deny" && length(azurerm_firewall_policy.this.intrusion_detection) == 0 && azurerm_firewall_policy.this.dns[0].proxy_enabled
    error_message = "the policy of the firewall is not strict"
  }
  assert {
    condition     = keys(azurerm_monitor_diagnostic_setting.this) == ["firewall", "firewall_public", "group_endpoints", "group_isolated", "network"]
    error_message = "logs are missing: ${jsonencode(keys(azurerm_monitor_diagnostic_setting.this))}"
  }
  assert {
    condition     = azurerm_virtual_network.this.name == "vnet-connectivity-prod-westeurope-001" && azurerm_virtual_network.this.tags["managed-by"] == "terraform"
    error_message = "names or tags do not follow the convention"
  }
}

run "lets_through_what_is_asked_for" {
  command = plan
  variables {
    subnets = {
      build = {
        address_prefix = "10.0.2.0/24"
        delegation     = "Microsoft.ContainerInstance/containerGroups"
        inbound        = { ssh = { priority = 100, ports = ["22"], sources = ["10.0.1.0/24"] } }
      }
    }
    firewall = {
      address_prefix    = "10.0.0.0/26"
      tier              = "Premium"
      network_rules     = { ntp = { sources = ["10.0.0.0/16"], destinations = ["192.0.2.1"], ports = ["123"], protocols = ["UDP"] } }
      application_rules = { packages = { sources = ["10.0.2.0/24"], fqdns = ["packages.example.com"] } }
    }
    private_dns_zones       = ["privatelink.vaultcore.azure.net"]
    ddos_protection_plan_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Network/ddosProtectionPlans/plan"
  }

  assert {
    condition     = azurerm_network_security_rule.inbound["build/ssh"].destination_address_prefix == "10.0.2.0/24" && azurerm_network_security_rule.inbound["build/ssh"].protocol == "Tcp"
    error_message = "the rule is wider than what was asked for"
  }
  assert {
    condition     = azurerm_firewall_policy.this.intrusion_detection[0].mode == "Deny"
    error_message = "a premium firewall does not stop intrusions"
  }
  assert {
    condition     = one(azurerm_firewall_policy_rule_collection_group.this[0].network_rule_collection[0].rule).protocols == tolist(["UDP"]) && one(one(azurerm_firewall_policy_rule_collection_group.this[0].application_rule_collection).rule).protocols[0].port == 443
    error_message = "the rules of the firewall are not those that were asked for"
  }
  assert {
    condition     = azurerm_virtual_network.this.ddos_protection_plan[0].enable
    error_message = "the plan against DDoS is not on"
  }
}

run "refuses_the_internet_as_source_and_ranges_that_do_not_fit" {
  command = plan
  variables {
    subnets                    = { web = { address_prefix = "10.0.3.0/24", inbound = { all = { priority = 100, ports = ["443"], sources = ["Internet"] } } } }
    firewall                   = { address_prefix = "10.0.0.0/27" }
    address_space              = ["10.0.1.7/16"]
    log_analytics_workspace_id = "log-central"
  }
  expect_failures = [var.subnets, var.firewall, var.address_space, var.log_analytics_workspace_id]
}

run "refuses_reserved_names_and_a_firewall_that_lets_everything_through" {
  command = plan
  variables {
    subnets  = { GatewaySubnet = { address_prefix = "10.0.3.0/24" } }
    firewall = { address_prefix = "10.0.0.0/26", application_rules = { all = { sources = ["10.0.0.0/16"], fqdns = ["*"] } } }
  }
  expect_failures = [var.subnets, var.firewall]
}

run "refuses_two_rules_of_one_priority_and_rules_to_everywhere" {
  command = plan
  variables {
    subnets = {
      web = {
        address_prefix = "10.0.3.0/24"
        inbound        = { a = { priority = 100, ports = ["443"], sources = ["10.0.0.0/8"] }, b = { priority = 100, ports = ["80"], sources = ["10.0.0.0/8"] } }
      }
    }
    firewall = { address_prefix = "10.0.0.0/26", network_rules = { all = { sources = ["10.0.0.0/16"], destinations = ["0.0.0.0/0"], ports = ["443"] } } }
  }
  expect_failures = [var.subnets, var.firewall]
}

run "refuses_a_subnet_outside_of_the_network" {
  command = plan
  variables {
    subnets = { lost = { address_prefix = "10.1.0.0/24" } }
  }
  expect_failures = [azurerm_virtual_network.this]
}

resource "azurerm_subnet" "firewall" {
  name                            = "AzureFirewallSubnet"
  resource_group_name             = var.resource_group_name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [var.firewall.address_prefix]
  default_outbound_access_enabled = false
}

resource "azurerm_public_ip" "firewall" {
  name                = "pip-afw-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = local.location
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = var.firewall.zones
  tags                = local.tags
}

resource "azurerm_firewall_policy" "this" {
  name                     = "afwp-${local.suffix}"
  resource_group_name      = var.resource_group_name
  location                 = local.location
  sku                      = var.firewall.tier
  threat_intelligence_mode = "Deny"
  tags                     = local.tags

  dns {
    proxy_enabled = true
  }

  insights {
    enabled                            = true
    default_log_analytics_workspace_id = var.log_analytics_workspace_id
    retention_in_days                  = 30
  }

  dynamic "intrusion_detection" {
    for_each = var.firewall.tier == "Premium" ? ["Deny"] : []

    content {
      mode = intrusion_detection.value
    }
  }
}

resource "azurerm_firewall_policy_rule_collection_group" "this" {
  count = length(var.firewall.network_rules) + length(var.firewall.application_rules) > 0 ? 1 : 0

  name               = "rcg-${local.suffix}"
  firewall_policy_id = azurerm_firewall_policy.this.id
  priority           = 1000

  dynamic "network_rule_collection" {
    for_each = length(var.firewall.network_rules) > 0 ? [var.firewall.network_rules] : []

    content {
      name     = "allow-network"
      action   = "Allow"
      priority = 1000

      dynamic "rule" {
        for_each = network_rule_collection.value

        content {
          name                  = rule.key
          protocols             = sort(rule.value.protocols)
          source_addresses      = sort(rule.value.sources)
          destination_addresses = sort(rule.value.destinations)
          destination_ports     = sort(rule.value.ports)
        }
      }
    }
  }

  dynamic "application_rule_collection" {
    for_each = length(var.firewall.application_rules) > 0 ? [var.firewall.application_rules] : []

    content {
      name     = "allow-hosts"
      action   = "Allow"
      priority = 2000

      dynamic "rule" {
        for_each = application_rule_collection.value

        content {
          name              = rule.key
          source_addresses  = sort(rule.value.sources)
          destination_fqdns = sort(rule.value.fqdns)

          protocols {
            type = "Https"
            port = 443
          }
        }
      }
    }
  }
}

resource "azurerm_firewall" "this" {
  name                = "afw-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = local.location
  sku_name            = "AZFW_VNet"
  sku_tier            = var.firewall.tier
  firewall_policy_id  = azurerm_firewall_policy.this.id
  zones               = var.firewall.zones
  tags                = local.tags

  ip_configuration {
    name                 = "public"
    subnet_id            = azurerm_subnet.firewall.id
    public_ip_address_id = azurerm_public_ip.firewall.id
  }
}

module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  suffix   = module.naming.suffix
  location = var.context.location
  tags     = module.naming.tags

  inbound_rules = merge([
    for subnet_name, subnet in var.subnets : {
      for rule_name, rule in subnet.inbound : "${subnet_name}/${rule_name}" => merge(rule, { subnet = subnet_name, name = rule_name })
    }
  ]...)

  # A range is in another one when both have the same network address under the mask of the larger one.
  outside_of_space = [
    for name, prefix in merge({ AzureFirewallSubnet = var.firewall.address_prefix }, { for name, subnet in var.subnets : name => subnet.address_prefix }) : name
    if !anytrue([
      for range in var.address_space :
      tonumber(split("/", prefix)[1]) >= tonumber(split("/", range)[1]) &&
      cidrhost("${split("/", prefix)[0]}/${split("/", range)[1]}", 0) == cidrhost(range, 0)
    ])
  ]
}

resource "azurerm_virtual_network" "this" {
  name                = "vnet-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = local.location
  address_space       = var.address_space
  tags                = local.tags

  dynamic "ddos_protection_plan" {
    for_each = var.ddos_protection_plan_id == null ? [] : [var.ddos_protection_plan_id]

    content {
      id     = ddos_protection_plan.value
      enable = true
    }
  }

  # Virtual machines that can encrypt what they send each other do so; the others go on as they are.
  encryption {
    enforcement = "AllowUnencrypted"
  }

  lifecycle {
    precondition {
      condition     = length(local.outside_of_space) == 0
      error_message = "These subnets lie outside of address_space: ${join(", ", local.outside_of_space)}."
    }
  }
}

# The firewall answers names for everybody, so that its rules for hosts see the addresses that clients see.
resource "azurerm_virtual_network_dns_servers" "this" {
  virtual_network_id = azurerm_virtual_network.this.id
  dns_servers        = [azurerm_firewall.this.ip_configuration[0].private_ip_address]
}

resource "azurerm_subnet" "this" {
  for_each = var.subnets

  name                              = "snet-${each.key}"
  resource_group_name               = var.resource_group_name
  virtual_network_name              = azurerm_virtual_network.this.name
  address_prefixes                  = [each.value.address_prefix]
  service_endpoints                 = each.value.service_endpoints
  private_endpoint_network_policies = each.value.private_endpoint_network_policies
  default_outbound_access_enabled   = false

  dynamic "delegation" {
    for_each = each.value.delegation == null ? [] : [each.value.delegation]

    content {
      name = "delegation"

      service_delegation {
        name = delegation.value
      }
    }
  }

  lifecycle {
    # Azure fills in the actions of a delegation.
    ignore_changes = [delegation[0].service_delegation[0].actions]
  }
}

resource "azurerm_network_security_group" "this" {
  for_each = var.subnets

  name                = "nsg-${each.key}-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = local.location
  tags                = local.tags
}

resource "azurerm_network_security_rule" "inbound" {
  for_each = local.inbound_rules

  name                        = each.value.name
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.value.subnet].name
  description                 = each.value.description
  priority                    = each.value.priority
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = each.value.protocol
  source_address_prefixes     = each.value.sources
  source_port_range           = "*"
  destination_address_prefix  = var.subnets[each.value.subnet].address_prefix
  destination_port_ranges     = each.value.ports
}

# Load balancers have to see whether machines are well.
resource "azurerm_network_security_rule" "probes" {
  for_each = var.subnets

  name                        = "allow-probes"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.key].name
  priority                    = 4000
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_address_prefix       = "AzureLoadBalancer"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

# The default rules of Azure let everything in from the same network and from all that is peered with it.
resource "azurerm_network_security_rule" "deny" {
  for_each = var.subnets

  name                        = "deny-all-inbound"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.key].name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = var.subnets

  subnet_id                 = azurerm_subnet.this[each.key].id
  network_security_group_id = azurerm_network_security_group.this[each.key].id

  # A subnet is never under a group that does not deny yet.
  depends_on = [azurerm_network_security_rule.deny]
}

resource "azurerm_route_table" "this" {
  name                          = "rt-${local.suffix}"
  resource_group_name           = var.resource_group_name
  location                      = local.location
  bgp_route_propagation_enabled = false
  tags                          = local.tags
}

resource "azurerm_route" "through_firewall" {
  name                   = "through-firewall"
  resource_group_name    = var.resource_group_name
  route_table_name       = azurerm_route_table.this.name
  address_prefix         = "0.0.0.0/0"
  next_hop_type          = "VirtualAppliance"
  next_hop_in_ip_address = azurerm_firewall.this.ip_configuration[0].private_ip_address
}

resource "azurerm_subnet_route_table_association" "this" {
  for_each = { for name, subnet in var.subnets : name => subnet if subnet.through_firewall }

  subnet_id      = azurerm_subnet.this[each.key].id
  route_table_id = azurerm_route_table.this.id
}

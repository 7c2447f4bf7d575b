module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  # Names and tags of the parts differ by their workload.
  contexts = { for part in ["management", "connectivity", "security"] : part => merge(var.context, { workload = part, tags = merge(var.context.tags, { landing-zone = var.context.workload }) }) }

  vault_zone = "privatelink.vaultcore.azure.net"
  blob_zone  = "privatelink.blob.core.windows.net"
}

module "governance" {
  source = "../governance"
  count  = var.governance == null ? 0 : 1

  context            = var.context
  root_parent_id     = var.governance.root_parent_id
  management_groups  = var.governance.management_groups
  subscriptions      = var.governance.subscriptions
  baseline           = var.governance.baseline
  policy_assignments = var.governance.policy_assignments
  role_assignments   = var.governance.role_assignments
}

resource "azurerm_resource_group" "this" {
  for_each = local.contexts

  name     = "rg-${each.key}-${module.naming.suffix}"
  location = var.context.location
  tags     = merge(module.naming.tags, { workload = each.key, landing-zone = var.context.workload })
}

module "logs" {
  source = "../log-analytics"

  context             = local.contexts["management"]
  resource_group_name = azurerm_resource_group.this["management"].name
  retention_in_days   = var.logs.retention_in_days
  readers             = var.logs.readers
}

module "hub" {
  source = "../network-hub"

  context                    = local.contexts["connectivity"]
  resource_group_name        = azurerm_resource_group.this["connectivity"].name
  log_analytics_workspace_id = module.logs.workspace_id
  address_space              = var.network.address_space
  private_dns_zones          = setunion(var.network.private_dns_zones, [local.vault_zone, local.blob_zone])

  subnets = merge(var.network.subnets, {
    endpoints = {
      address_prefix = var.network.endpoints_prefix
      inbound = {
        https = { priority = 100, ports = ["443"], sources = toset(var.network.address_space), description = "Private endpoints speak HTTPS." }
      }
    }
  })

  firewall = {
    address_prefix    = var.network.firewall_prefix
    tier              = var.network.firewall_tier
    network_rules     = var.network.network_rules
    application_rules = var.network.application_rules
  }
}

module "vault" {
  source = "../key-vault"

  context                    = local.contexts["security"]
  resource_group_name        = azurerm_resource_group.this["security"].name
  log_analytics_workspace_id = module.logs.workspace_id
  role_assignments           = var.vault_role_assignments
  private_endpoint = {
    subnet_id            = module.hub.subnet_ids["endpoints"]
    private_dns_zone_ids = [module.hub.private_dns_zone_ids[local.vault_zone]]
  }
}

module "state" {
  source = "../state-storage"

  context                    = local.contexts["management"]
  resource_group_name        = azurerm_resource_group.this["management"].name
  log_analytics_workspace_id = module.logs.workspace_id
  containers                 = var.state.containers
  replication                = var.state.replication
  allowed_ip_ranges          = var.state.allowed_ip_ranges
  contributors               = var.state.contributors
  private_endpoint = {
    subnet_id            = module.hub.subnet_ids["endpoints"]
    private_dns_zone_ids = [module.hub.private_dns_zone_ids[local.blob_zone]]
  }
}

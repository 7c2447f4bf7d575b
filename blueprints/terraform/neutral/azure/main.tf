module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  suffix = module.naming.suffix
  tags   = module.naming.tags
  group  = try(var.settings.azure.resource_group_name, null)

  # Of 10.20.0.0/16: machines 10.20.0.0/18, endpoints 10.20.64.0/24, databases 10.20.65.0/24.
  machines  = cidrsubnet(var.network.cidr_block, 2, 0)
  endpoints = cidrsubnet(var.network.cidr_block, 8, 64)
  data      = cidrsubnet(var.network.cidr_block, 8, 65)

  # The same processors and memory in every cloud.
  machine_types  = { small = "Standard_D2ds_v5", medium = "Standard_D4ds_v5", large = "Standard_D8ds_v5" }
  database_types = { small = "GP_Standard_D2ds_v5", medium = "GP_Standard_D4ds_v5", large = "GP_Standard_D8ds_v5" }
}

resource "azurerm_virtual_network" "this" {
  name                = "vnet-${local.suffix}"
  resource_group_name = local.group
  location            = var.context.location
  address_space       = [var.network.cidr_block]
  tags                = local.tags

  lifecycle {
    precondition {
      condition     = var.settings.azure != null
      error_message = "settings.azure must be set: Azure needs a resource group, a Log Analytics workspace and a group of administrators."
    }
  }
}

resource "azurerm_subnet" "machines" {
  name                            = "snet-machines"
  resource_group_name             = local.group
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.machines]
  default_outbound_access_enabled = false
}

resource "azurerm_subnet" "endpoints" {
  name                            = "snet-endpoints"
  resource_group_name             = local.group
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.endpoints]
  default_outbound_access_enabled = false
}

resource "azurerm_subnet" "data" {
  name                            = "snet-data"
  resource_group_name             = local.group
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [local.data]
  default_outbound_access_enabled = false

  delegation {
    name = "postgresql"

    service_delegation {
      name    = "Microsoft.DBforPostgreSQL/flexibleServers"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

# The default rules deny what comes from outside of the network.
resource "azurerm_network_security_group" "this" {
  name                = "nsg-${local.suffix}"
  resource_group_name = local.group
  location            = var.context.location
  tags                = local.tags
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = { machines = azurerm_subnet.machines.id, endpoints = azurerm_subnet.endpoints.id, data = azurerm_subnet.data.id }

  subnet_id                 = each.value
  network_security_group_id = azurerm_network_security_group.this.id
}

resource "azurerm_public_ip" "nat" {
  name                = "pip-ng-${local.suffix}"
  resource_group_name = local.group
  location            = var.context.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags
}

resource "azurerm_nat_gateway" "this" {
  name                = "ng-${local.suffix}"
  resource_group_name = local.group
  location            = var.context.location
  sku_name            = "Standard"
  tags                = local.tags
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  nat_gateway_id       = azurerm_nat_gateway.this.id
  public_ip_address_id = azurerm_public_ip.nat.id
}

resource "azurerm_subnet_nat_gateway_association" "machines" {
  subnet_id      = azurerm_subnet.machines.id
  nat_gateway_id = azurerm_nat_gateway.this.id
}

module "cluster" {
  source = "../../azure/kubernetes"
  count  = var.cluster == null ? 0 : 1

  context                    = var.context
  resource_group_name        = local.group
  log_analytics_workspace_id = var.settings.azure.log_analytics_workspace_id
  subnet_id                  = azurerm_subnet.machines.id
  kubernetes_version         = var.cluster.kubernetes_version
  admin_group_object_ids     = [var.settings.azure.admin_group.object_id]
  outbound_type              = "userAssignedNATGateway"

  node_pools = {
    for name, pool in var.cluster.pools : name => {
      vm_size   = local.machine_types[pool.size]
      min_count = pool.min_size
      max_count = pool.max_size
      spot      = pool.spot
    }
  }

  depends_on = [azurerm_subnet_nat_gateway_association.machines, azurerm_nat_gateway_public_ip_association.this]
}

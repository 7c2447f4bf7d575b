module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  suffix = module.naming.suffix
  tags   = module.naming.tags
}

resource "azurerm_user_assigned_identity" "this" {
  name                = "id-aks-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  tags                = local.tags
}

# The cluster joins nodes and internal load balancers to the subnet.
resource "azurerm_role_assignment" "subnet" {
  scope                = var.subnet_id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "dns" {
  count = var.private_dns_zone_id == "System" ? 0 : 1

  scope                = var.private_dns_zone_id
  role_definition_name = "Private DNS Zone Contributor"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

# Contributor: the cluster makes the private connection to the vault itself.
resource "azurerm_role_assignment" "etcd" {
  for_each = var.etcd_key == null ? [] : toset(["Key Vault Contributor", "Key Vault Crypto User"])

  scope                = var.etcd_key.key_vault_id
  role_definition_name = each.key
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "api_server_subnet" {
  count = var.etcd_key == null ? 0 : 1

  scope                = var.etcd_key.api_server_subnet_id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.this.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_kubernetes_cluster" "this" {
  name                                = "aks-${local.suffix}"
  resource_group_name                 = var.resource_group_name
  location                            = var.context.location
  kubernetes_version                  = var.kubernetes_version
  sku_tier                            = "Standard"
  dns_prefix                          = var.private_dns_zone_id == "System" ? "aks-${module.naming.short}" : null
  dns_prefix_private_cluster          = var.private_dns_zone_id == "System" ? null : "aks-${module.naming.short}"
  private_cluster_enabled             = true
  private_cluster_public_fqdn_enabled = false
  private_dns_zone_id                 = var.private_dns_zone_id
  local_account_disabled              = true
  role_based_access_control_enabled   = true
  run_command_enabled                 = false
  oidc_issuer_enabled                 = true
  workload_identity_enabled           = true
  azure_policy_enabled                = true
  cost_analysis_enabled               = true
  image_cleaner_enabled               = true
  image_cleaner_interval_hours        = 48
  automatic_upgrade_channel           = "patch"
  node_os_upgrade_channel             = "NodeImage"
  tags                                = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this.id]
  }

  azure_active_directory_role_based_access_control {
    azure_rbac_enabled     = true
    admin_group_object_ids = var.admin_group_object_ids
  }

  default_node_pool {
    name                         = "system"
    vm_size                      = var.system_pool.vm_size
    auto_scaling_enabled         = true
    min_count                    = var.system_pool.min_count
    max_count                    = var.system_pool.max_count
    zones                        = var.system_pool.zones
    vnet_subnet_id               = var.subnet_id
    os_sku                       = "AzureLinux"
    host_encryption_enabled      = true
    node_public_ip_enabled       = false
    only_critical_addons_enabled = true
    temporary_name_for_rotation  = "systemtmp"
    tags                         = local.tags

    upgrade_settings {
      max_surge                = "33%"
      drain_timeout_in_minutes = 30
    }
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    outbound_type       = var.outbound_type
    pod_cidr            = var.networks.pod_cidr
    service_cidr        = var.networks.service_cidr
    dns_service_ip      = var.networks.dns_service_ip
  }

  key_vault_secrets_provider {
    secret_rotation_enabled  = true
    secret_rotation_interval = "2m"
  }

  dynamic "key_management_service" {
    for_each = var.etcd_key == null ? [] : [var.etcd_key.key_vault_key_id]

    content {
      key_vault_key_id         = key_management_service.value
      key_vault_network_access = "Private"
    }
  }

  # A vault without public access can be reached from the network of the API server only.
  dynamic "api_server_access_profile" {
    for_each = var.etcd_key == null ? [] : [var.etcd_key.api_server_subnet_id]

    content {
      virtual_network_integration_enabled = true
      subnet_id                           = api_server_access_profile.value
    }
  }

  microsoft_defender {
    log_analytics_workspace_id = var.log_analytics_workspace_id
  }

  oms_agent {
    log_analytics_workspace_id      = var.log_analytics_workspace_id
    msi_auth_for_monitoring_enabled = true
  }

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Saturday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
    duration    = 6
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Sunday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
    duration    = 6
  }

  lifecycle {
    # The autoscaler decides on it.
    ignore_changes = [default_node_pool[0].node_count]
  }

  depends_on = [azurerm_role_assignment.api_server_subnet, azurerm_role_assignment.dns, azurerm_role_assignment.etcd, azurerm_role_assignment.subnet]
}

resource "azurerm_kubernetes_cluster_node_pool" "this" {
  for_each = var.node_pools

  name                        = each.key
  kubernetes_cluster_id       = azurerm_kubernetes_cluster.this.id
  vm_size                     = each.value.vm_size
  mode                        = "User"
  auto_scaling_enabled        = true
  min_count                   = each.value.min_count
  max_count                   = each.value.max_count
  zones                       = each.value.zones
  vnet_subnet_id              = var.subnet_id
  os_sku                      = "AzureLinux"
  host_encryption_enabled     = true
  node_public_ip_enabled      = false
  priority                    = each.value.spot ? "Spot" : "Regular"
  eviction_policy             = each.value.spot ? "Delete" : null
  spot_max_price              = each.value.spot ? -1 : null
  node_labels                 = merge(each.value.labels, each.value.spot ? { "kubernetes.azure.com/scalesetpriority" = "spot" } : {})
  node_taints                 = concat(each.value.taints, each.value.spot ? ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"] : [])
  temporary_name_for_rotation = "${substr(each.key, 0, 9)}tmp"
  tags                        = local.tags

  # Spot nodes cannot be replaced by a surge.
  dynamic "upgrade_settings" {
    for_each = each.value.spot ? [] : ["33%"]

    content {
      max_surge                = upgrade_settings.value
      drain_timeout_in_minutes = 30
    }
  }

  lifecycle {
    ignore_changes = [node_count]
  }
}

resource "azurerm_role_assignment" "access" {
  for_each = var.access

  scope                = each.value.namespace == null ? azurerm_kubernetes_cluster.this.id : "${azurerm_kubernetes_cluster.this.id}/namespaces/${each.value.namespace}"
  role_definition_name = each.value.role
  principal_id         = each.value.principal_id
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  name                           = "to-log-analytics"
  target_resource_id             = azurerm_kubernetes_cluster.this.id
  log_analytics_workspace_id     = var.log_analytics_workspace_id
  log_analytics_destination_type = "Dedicated"

  # kube-audit holds every read as well and costs ten times as much.
  dynamic "enabled_log" {
    for_each = toset(["kube-apiserver", "kube-audit-admin", "kube-controller-manager", "cluster-autoscaler", "guard"])

    content {
      category = enabled_log.value
    }
  }

  enabled_metric {
    category = "AllMetrics"
  }
}

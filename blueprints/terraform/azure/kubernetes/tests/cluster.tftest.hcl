provider "azurerm" {
  features {}
}

variables {
  context                    = { workload = "shop", environment = "prod", location = "westeurope", owner = "shop@example.com" }
  resource_group_name        = "rg-shop"
  log_analytics_workspace_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central"
  subnet_id                  = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-shop"
  kubernetes_version         = "1.33"
  admin_group_object_ids     = ["11111111-1111-4111-8111-111111111111"]
}

run "is_private_and_without_local_accounts" {
  assert {
    condition     = azurerm_kubernetes_cluster.this.private_cluster_enabled && azurerm_kubernetes_cluster.this.private_cluster_public_fqdn_enabled == false && azurerm_kubernetes_cluster.this.run_command_enabled == false
    error_message = "the API can be reached from outside"
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.local_account_disabled && azurerm_kubernetes_cluster.this.azure_active_directory_role_based_access_control[0].azure_rbac_enabled
    error_message = "there are accounts that Entra ID does not know"
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.network_profile[0].network_policy == "cilium" && azurerm_kubernetes_cluster.this.network_profile[0].outbound_type == "userDefinedRouting" && azurerm_kubernetes_cluster.this.azure_policy_enabled && azurerm_kubernetes_cluster.this.workload_identity_enabled
    error_message = "pods are not kept apart, or go out beside the firewall"
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.default_node_pool[0].host_encryption_enabled && azurerm_kubernetes_cluster.this.default_node_pool[0].only_critical_addons_enabled && azurerm_kubernetes_cluster.this.default_node_pool[0].zones == toset(["1", "2", "3"])
    error_message = "the system pool is not encrypted, shared, or in one zone"
  }
  assert {
    condition     = contains([for log in azurerm_monitor_diagnostic_setting.this.enabled_log : log.category], "kube-audit-admin") && azurerm_role_assignment.subnet.principal_id == output.identity_principal_id
    error_message = "the audit log is missing, or the cluster cannot join its subnet"
  }
}

run "takes_pools_a_key_and_access" {
  command = plan
  variables {
    node_pools          = { batch = { vm_size = "Standard_D8ds_v5", min_count = 0, max_count = 20, spot = true, taints = ["batch=true:NoSchedule"] } }
    access              = { shop = { principal_id = "22222222-2222-4222-8222-222222222222", role = "Azure Kubernetes Service RBAC Writer", namespace = "shop" } }
    etcd_key            = { key_vault_key_id = "https://kv-shop.vault.azure.net/keys/etcd", key_vault_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shop", api_server_subnet_id = "/subscriptions/s/virtualNetworks/vnet/subnets/api" }
    private_dns_zone_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/privatelink.westeurope.azmk8s.io"
  }
  assert {
    condition     = azurerm_kubernetes_cluster_node_pool.this["batch"].priority == "Spot" && azurerm_kubernetes_cluster_node_pool.this["batch"].node_taints == tolist(["batch=true:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"])
    error_message = "workloads land on spot nodes without wanting to"
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.key_management_service[0].key_vault_network_access == "Private" && keys(azurerm_role_assignment.etcd) == ["Key Vault Contributor", "Key Vault Crypto User"] && azurerm_kubernetes_cluster.this.api_server_access_profile[0].virtual_network_integration_enabled && azurerm_role_assignment.dns[0].role_definition_name == "Private DNS Zone Contributor"
    error_message = "the cluster may not use its key or its zone"
  }
  assert {
    condition     = azurerm_kubernetes_cluster.this.dns_prefix == null && azurerm_kubernetes_cluster.this.dns_prefix_private_cluster == "aks-shop-prod-001"
    error_message = "the prefix does not fit the zone"
  }
}

run "refuses_what_does_not_fit" {
  command = plan
  variables {
    kubernetes_version     = "1.33.2"
    subnet_id              = "snet-shop"
    admin_group_object_ids = []
    networks               = { dns_service_ip = "10.0.0.10" }
    outbound_type          = "none"
    private_dns_zone_id    = "privatelink.azmk8s.io"
    system_pool            = { min_count = 5, max_count = 3 }
    node_pools             = { this-is-too-long = { vm_size = "Standard_D4ds_v5", min_count = 1, max_count = 1 } }
    access                 = { boss = { principal_id = "22222222-2222-4222-8222-222222222222", role = "Owner" } }
  }
  expect_failures = [
    var.kubernetes_version, var.subnet_id, var.admin_group_object_ids, var.networks, var.outbound_type, var.private_dns_zone_id,
    var.system_pool, var.node_pools, var.access,
  ]
}

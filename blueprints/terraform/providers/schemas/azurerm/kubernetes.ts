import { indent } from '../indent.ts';

/** What the nodes of a pool are like, in the pool of the cluster and in the others. */
const nodes = `
optional bool: auto_scaling_enabled fips_enabled^ host_encryption_enabled node_public_ip_enabled ultra_ssd_enabled
optional number: max_count min_count
optional string: capacity_reservation_group_id^ gpu_driver^ gpu_instance^ host_group_id^ node_public_ip_prefix_id^ os_disk_type
optional string: pod_subnet_id proximity_placement_group_id^ scale_down_mode snapshot_id temporary_name_for_rotation vnet_subnet_id
optional set(string): zones
optional map(string): tags
optional computed string: kubelet_disk_type orchestrator_version os_sku vm_size
optional computed number: max_pods node_count os_disk_size_gb
optional computed map(string): node_labels
optional block: kubelet_config
  optional set(string): allowed_unsafe_sysctls
  optional number: container_log_max_line container_log_max_size_mb image_gc_high_threshold image_gc_low_threshold pod_max_pid
  optional bool: cpu_cfs_quota_enabled
  optional string: cpu_cfs_quota_period cpu_manager_policy topology_manager_policy
optional block: linux_os_config
  optional number: swap_file_size_mb
  optional string: transparent_huge_page_defrag
  optional computed string: transparent_huge_page
  optional computed deprecated string: transparent_huge_page_enabled
  optional block: sysctl_config
    optional number: fs_aio_max_nr fs_file_max fs_inotify_max_user_watches fs_nr_open kernel_threads_max
    optional number: net_core_netdev_max_backlog net_core_optmem_max net_core_rmem_default net_core_rmem_max net_core_somaxconn
    optional number: net_core_wmem_default net_core_wmem_max net_ipv4_ip_local_port_range_max net_ipv4_ip_local_port_range_min
    optional number: net_ipv4_neigh_default_gc_thresh1 net_ipv4_neigh_default_gc_thresh2 net_ipv4_neigh_default_gc_thresh3
    optional number: net_ipv4_tcp_fin_timeout net_ipv4_tcp_keepalive_intvl net_ipv4_tcp_keepalive_probes
    optional number: net_ipv4_tcp_keepalive_time net_ipv4_tcp_max_syn_backlog net_ipv4_tcp_max_tw_buckets
    optional number: net_netfilter_nf_conntrack_buckets net_netfilter_nf_conntrack_max vm_max_map_count vm_swappiness
    optional number: vm_vfs_cache_pressure
    optional bool: net_ipv4_tcp_tw_reuse
optional block: node_network_profile
  optional list(string): application_security_group_ids
  optional map(string): node_public_ip_tags
  optional blocks: allowed_host_ports
    optional number: port_end port_start
    optional string: protocol
`;

const kubeconfig = `
string: client_certificate client_key cluster_ca_certificate host password username
`;

const assignedIdentity = `
string: client_id object_id user_assigned_identity_id
`;

const maintenance = `
required number: duration interval
required string: frequency
optional number: day_of_month
optional string: day_of_week start_time utc_offset week_index
optional computed string: start_date
optional block-set: not_allowed
  required string: end start
`;

export const kubernetes = `
resource azurerm_kubernetes_cluster
  value id = @group/Microsoft.ContainerService/managedClusters/{name}
  value fqdn = {name}-{hash:8}.hcp.westeurope.azmk8s.io
  value private_fqdn = {name}-{hash:8}.privatelink.westeurope.azmk8s.io
  value oidc_issuer_url = https://westeurope.oic.prod-aks.azure.com/{tenant}/{uuid}/
  value node_resource_group_id = @subscription/resourceGroups/{node_resource_group}
  required string: name^ location^ resource_group_name^
  optional string: automatic_upgrade_channel disk_encryption_set_id^ dns_prefix^ dns_prefix_private_cluster^ edge_zone^
  optional string: node_os_upgrade_channel sku_tier support_plan
  optional bool: ai_toolchain_operator_enabled azure_policy_enabled cost_analysis_enabled http_application_routing_enabled
  optional bool: image_cleaner_enabled local_account_disabled oidc_issuer_enabled open_service_mesh_enabled
  optional bool: private_cluster_enabled^ private_cluster_public_fqdn_enabled role_based_access_control_enabled^
  optional bool: run_command_enabled workload_identity_enabled
  optional number: image_cleaner_interval_hours
  optional list(string): custom_ca_trust_certificates_base64
  optional map(string): tags
  optional computed string: id kubernetes_version node_resource_group^ private_dns_zone_id^
  computed string: current_kubernetes_version fqdn http_application_routing_zone_name node_resource_group_id oidc_issuer_url
  computed string: portal_fqdn private_fqdn
  computed sensitive string: kube_admin_config_raw kube_config_raw
  computed sensitive list(object): kube_admin_config kube_config
    ${indent(kubeconfig, 2).trim()}
  optional block: aci_connector_linux
    required string: subnet_name
    computed list(object): connector_identity
      ${indent(assignedIdentity, 3).trim()}
  optional block: api_server_access_profile
    optional set(string): authorized_ip_ranges
    optional string: subnet_id
    optional bool: virtual_network_integration_enabled
  optional block: auto_scaler_profile
    optional bool: balance_similar_node_groups daemonset_eviction_for_empty_nodes_enabled
    optional bool: daemonset_eviction_for_occupied_nodes_enabled ignore_daemonsets_utilization_enabled
    optional bool: skip_nodes_with_local_storage skip_nodes_with_system_pods
    optional string: expander max_node_provisioning_time
    optional number: max_unready_nodes max_unready_percentage
    optional computed string: empty_bulk_delete_max max_graceful_termination_sec new_pod_scale_up_delay
    optional computed string: scale_down_delay_after_add scale_down_delay_after_delete scale_down_delay_after_failure
    optional computed string: scale_down_unneeded scale_down_unready scale_down_utilization_threshold scan_interval
  optional block: azure_active_directory_role_based_access_control
    optional list(string): admin_group_object_ids
    optional bool: azure_rbac_enabled
    optional computed string: tenant_id
  optional block: bootstrap_profile
    optional string: artifact_source container_registry_id
  optional block: confidential_computing
    required bool: sgx_quote_helper_enabled
  required block: default_node_pool
    required string: name
    optional bool: only_critical_addons_enabled
    optional string: type^
    optional computed string: workload_runtime
    ${indent(nodes, 2).trim()}
    optional block: upgrade_settings
      required string: max_surge
      optional number: drain_timeout_in_minutes node_soak_duration_in_minutes
      optional string: undrainable_node_behavior
  optional block: http_proxy_config
    optional string: http_proxy https_proxy trusted_ca
    optional set(string): no_proxy
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  optional block: ingress_application_gateway
    optional string: gateway_id gateway_name subnet_cidr subnet_id
    computed string: effective_gateway_id
    computed list(object): ingress_application_gateway_identity
      ${indent(assignedIdentity, 3).trim()}
  optional block: key_management_service
    required string: key_vault_key_id
    optional string: key_vault_network_access
  optional block: key_vault_secrets_provider
    optional bool: secret_rotation_enabled
    optional string: secret_rotation_interval
    computed list(object): secret_identity
      ${indent(assignedIdentity, 3).trim()}
  optional block: kubelet_identity
    optional computed string: client_id^ object_id^ user_assigned_identity_id^
  optional block: linux_profile
    required string: admin_username^
    required block: ssh_key
      required string: key_data
  optional block: maintenance_window
    optional block-set: allowed
      required string: day
      required set(number): hours
    optional block-set: not_allowed
      required string: end start
  optional block: maintenance_window_auto_upgrade maintenance_window_node_os
    ${indent(maintenance, 2).trim()}
  optional block: microsoft_defender
    required string: log_analytics_workspace_id
  optional block: monitor_metrics
    optional string: annotations_allowed labels_allowed
  optional block: network_profile
    required string: network_plugin^
    optional string: load_balancer_sku^ network_data_plane network_plugin_mode outbound_type
    optional computed string: dns_service_ip^ network_mode^ network_policy pod_cidr service_cidr^
    optional computed list(string): ip_versions^ pod_cidrs^ service_cidrs^
    optional block: advanced_networking
      optional bool: observability_enabled security_enabled
    optional block: load_balancer_profile
      optional string: backend_pool_type
      optional number: idle_timeout_in_minutes outbound_ports_allocated
      optional set(string): outbound_ip_address_ids outbound_ip_prefix_ids
      optional computed number: managed_outbound_ip_count managed_outbound_ipv6_count
      computed set(string): effective_outbound_ips
    optional block: nat_gateway_profile
      optional number: idle_timeout_in_minutes
      optional computed number: managed_outbound_ip_count
      computed set(string): effective_outbound_ips
  optional block: oms_agent
    required string: log_analytics_workspace_id
    optional bool: msi_auth_for_monitoring_enabled
    computed list(object): oms_agent_identity
      ${indent(assignedIdentity, 3).trim()}
  optional block: service_mesh_profile
    required string: mode
    required list(string): revisions
    optional bool: external_ingress_gateway_enabled internal_ingress_gateway_enabled
    optional block: certificate_authority
      required string: cert_chain_object_name cert_object_name key_object_name key_vault_id root_cert_object_name
  optional block: service_principal
    required string: client_id
    required sensitive string: client_secret
  optional block: storage_profile
    optional bool: blob_driver_enabled disk_driver_enabled file_driver_enabled snapshot_controller_enabled
  optional block: upgrade_override
    required bool: force_upgrade_enabled
    optional string: effective_until
  optional block: web_app_routing
    required list(string): dns_zone_ids
    optional string: default_nginx_controller
    computed list(object): web_app_routing_identity
      ${indent(assignedIdentity, 3).trim()}
  optional block: windows_profile
    required string: admin_username^
    required sensitive string: admin_password
    optional string: license
    optional block: gmsa
      required string: dns_server root_domain
  optional block: workload_autoscaler_profile
    optional bool: keda_enabled vertical_pod_autoscaler_enabled
  timeouts: create read update delete

resource azurerm_kubernetes_cluster_node_pool
  value id = {kubernetes_cluster_id}/agentPools/{name}
  required string: name^ kubernetes_cluster_id^
  optional string: eviction_policy^ mode os_type^ priority^ workload_runtime
  optional number: spot_max_price^
  optional list(string): node_taints
  optional computed string: id
  ${indent(nodes, 1).trim()}
  optional block: upgrade_settings
    optional number: drain_timeout_in_minutes node_soak_duration_in_minutes
    optional string: max_surge max_unavailable undrainable_node_behavior
  optional block: windows_profile
    optional bool: outbound_nat_enabled
  timeouts: create read update delete

resource azurerm_user_assigned_identity
  value id = @group/Microsoft.ManagedIdentity/userAssignedIdentities/{name}
  required string: name^ location^ resource_group_name^
  optional map(string): tags
  optional computed string: id
  computed string: client_id principal_id tenant_id
  timeouts: create read update delete
`;

import { indent } from '../indent.ts';
import { nodeConfig, nodePoolSettings } from './node-pool.ts';

export const cluster = `
resource google_container_cluster
  value id = projects/{project}/locations/{location}/clusters/{name}
  value endpoint = 10.0.0.2
  required string: name^
  optional string: description^ in_transit_encryption_config min_master_version network^
  optional bool: allow_net_admin deletion_protection disable_l4_lb_firewall_reconciliation enable_autopilot^
  optional bool: enable_cilium_clusterwide_network_policy enable_fqdn_network_policy enable_kubernetes_alpha^
  optional bool: enable_l4_ilb_subsetting enable_legacy_abac enable_multi_networking^ enable_shielded_nodes enable_tpu^
  optional bool: remove_default_node_pool
  optional number: initial_node_count^
  optional map(string): resource_labels
  optional computed string: cluster_ipv4_cidr^ datapath_provider id location^ logging_service monitoring_service
  optional computed string: networking_mode^ node_version private_ipv6_google_access project^ subnetwork^
  optional computed number: default_max_pods_per_node^
  optional computed bool: enable_intranode_visibility
  optional computed set(string): node_locations
  computed string: endpoint label_fingerprint master_version operation self_link services_ipv4_cidr tpu_ipv4_cidr_block
  computed map(string): effective_labels terraform_labels
  optional block: addons_config
    optional block: cloudrun_config
      required bool: disabled
      optional string: load_balancer_type
    optional block: config_connector_config dns_cache_config gce_persistent_disk_csi_driver_config gcp_filestore_csi_driver_config
      required bool: enabled
    optional block: gcs_fuse_csi_driver_config gke_backup_agent_config parallelstore_csi_driver_config stateful_ha_config
      required bool: enabled
    optional block: horizontal_pod_autoscaling http_load_balancing network_policy_config
      required bool: disabled
    optional block: lustre_csi_driver_config
      required bool: enabled
      optional bool: enable_legacy_lustre_port
    optional blocks: ray_operator_config
      required bool: enabled
      optional block: ray_cluster_logging_config ray_cluster_monitoring_config
        required bool: enabled
  optional block: anonymous_authentication_config
    required string: mode
  optional block: authenticator_groups_config
    required string: security_group
  optional block: binary_authorization
    optional deprecated bool: enabled
    optional computed string: evaluation_mode
  optional block: cluster_autoscaling
    optional string: autoscaling_profile
    optional computed bool: enabled
    optional computed list(string): auto_provisioning_locations
    optional block: auto_provisioning_defaults
      optional string: boot_disk_kms_key^ disk_type image_type min_cpu_platform service_account
      optional number: disk_size
      optional computed list(string): oauth_scopes
      optional block: management
        optional computed bool: auto_repair auto_upgrade
        computed list(object): upgrade_options
          string: auto_upgrade_start_time description
      optional block: shielded_instance_config
        optional bool: enable_integrity_monitoring enable_secure_boot
      optional block: upgrade_settings
        optional number: max_surge max_unavailable
        optional computed string: strategy
        optional block: blue_green_settings
          optional computed string: node_pool_soak_duration
          optional block: standard_rollout_policy
            optional string: batch_soak_duration
            optional computed number: batch_node_count batch_percentage
    optional blocks: resource_limits
      required number: maximum
      required string: resource_type
      optional number: minimum
  optional block: confidential_nodes
    required bool: enabled^
    optional string: confidential_instance_type^
  optional block: control_plane_endpoints_config
    optional block: dns_endpoint_config
      optional bool: allow_external_traffic
      optional computed string: endpoint
    optional block: ip_endpoints_config
      optional bool: enabled
  optional block: cost_management_config secret_manager_config service_external_ips_config vertical_pod_autoscaling
    required bool: enabled
  optional block: database_encryption
    required string: state
    optional string: key_name
  optional block: default_snat_status
    required bool: disabled
  optional block: dns_config
    optional string: additive_vpc_scope_dns_domain cluster_dns cluster_dns_domain cluster_dns_scope
  optional block: enable_k8s_beta_apis
    required set(string): enabled_apis
  optional block: enterprise_config
    optional computed string: desired_tier
    computed string: cluster_tier
  optional block: fleet
    optional string: project
    computed string: membership membership_id membership_location
    computed bool: pre_registered
  optional block: gateway_api_config
    required string: channel
  optional block: gke_auto_upgrade_config
    required string: patch_mode
  optional block: identity_service_config
    optional bool: enabled
  optional block: ip_allocation_policy
    optional string: stack_type^
    optional computed string: cluster_ipv4_cidr_block^ cluster_secondary_range_name^ services_ipv4_cidr_block^
    optional computed string: services_secondary_range_name^
    optional blocks: additional_ip_ranges_config
      required string: subnetwork
      optional list(string): pod_ipv4_range_names
    optional block: additional_pod_ranges_config
      required set(string): pod_range_names
    optional block: pod_cidr_overprovision_config
      required bool: disabled^
  optional block: logging_config
    required list(string): enable_components
  optional block: maintenance_policy
    optional block: daily_maintenance_window
      required string: start_time
      computed string: duration
    optional block-set: maintenance_exclusion
      required string: end_time exclusion_name start_time
      optional block: exclusion_options
        required string: scope
    optional block: recurring_window
      required string: end_time recurrence start_time
  optional block: master_auth
    computed string: client_certificate cluster_ca_certificate
    computed sensitive string: client_key
    required block: client_certificate_config
      required bool: issue_client_certificate^
  optional block: master_authorized_networks_config
    optional computed bool: gcp_public_cidrs_access_enabled private_endpoint_enforcement_enabled
    optional block-set: cidr_blocks
      required string: cidr_block
      optional string: display_name
  optional block: mesh_certificates
    required bool: enable_certificates
  optional block: monitoring_config
    optional computed list(string): enable_components
    optional block: advanced_datapath_observability_config
      required bool: enable_metrics enable_relay
    optional block: managed_prometheus
      required bool: enabled
      optional block: auto_monitoring_config
        required string: scope
  optional block: network_performance_config
    required string: total_egress_bandwidth_tier
  optional block: network_policy
    required bool: enabled
    optional string: provider
  optional block: node_config
    ${indent(nodeConfig, 2).trim()}
  optional blocks: node_pool
    ${indent(nodePoolSettings, 2).trim()}
    optional block: node_config
      ${indent(nodeConfig, 3).trim()}
  optional block: node_pool_auto_config
    optional map(string): resource_manager_tags
    optional block: linux_node_config
      optional computed string: cgroup_mode
    optional block: network_tags
      optional list(string): tags
    optional block: node_kubelet_config
      optional computed string: insecure_kubelet_readonly_port_enabled
  optional block: node_pool_defaults
    optional block: node_config_defaults
      optional computed string: logging_variant insecure_kubelet_readonly_port_enabled
      optional block: containerd_config
        optional block: private_registry_access_config
          required bool: enabled
          optional blocks: certificate_authority_domain_config
            required list(string): fqdns
            required block: gcp_secret_manager_certificate_config
              required string: secret_uri
      optional block: gcfs_config
        required bool: enabled
  optional block: notification_config
    required block: pubsub
      required bool: enabled
      optional string: topic
      optional block: filter
        required list(string): event_type
  optional block: pod_autoscaling
    required string: hpa_profile
  optional block: private_cluster_config
    optional bool: enable_private_endpoint enable_private_nodes
    optional string: private_endpoint_subnetwork^
    optional computed string: master_ipv4_cidr_block^
    computed string: peering_name private_endpoint public_endpoint
    optional block: master_global_access_config
      required bool: enabled
  optional block: rbac_binding_config
    optional bool: enable_insecure_binding_system_authenticated enable_insecure_binding_system_unauthenticated
  optional block: release_channel
    required string: channel
  optional block: resource_usage_export_config
    optional bool: enable_network_egress_metering enable_resource_consumption_metering
    required block: bigquery_destination
      required string: dataset_id
  optional block: security_posture_config
    optional computed string: mode vulnerability_mode
  optional block: user_managed_keys_config
    optional string: aggregation_ca^ cluster_ca^ control_plane_disk_encryption_key^ etcd_api_ca^ etcd_peer_ca^
    optional string: gkeops_etcd_backup_encryption_key^
    optional set(string): service_account_signing_keys service_account_verification_keys
  optional block: workload_identity_config
    optional string: workload_pool
  timeouts: create read update delete
`;

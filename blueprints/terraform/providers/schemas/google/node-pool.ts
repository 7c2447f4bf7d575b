import { indent } from '../indent.ts';

/** The machines of a node pool: the same in a pool and in a cluster. */
export const nodeConfig = `
optional string: boot_disk_kms_key^ local_ssd_encryption_mode^ max_run_duration^ node_group^
optional bool: enable_confidential_storage^ flex_start^ preemptible^ spot^
optional map(string): resource_labels resource_manager_tags
optional list(string): storage_pools tags
optional computed string: disk_type image_type logging_variant machine_type min_cpu_platform^ service_account^
optional computed number: disk_size_gb local_ssd_count^
optional computed map(string): labels metadata^
optional computed set(string): oauth_scopes^
computed list(object): effective_taints
  string: effect key value
optional block: advanced_machine_features
  required number: threads_per_core
  optional bool: enable_nested_virtualization
  optional string: performance_monitoring_unit
optional block: boot_disk
  optional computed string: disk_type
  optional computed number: provisioned_iops provisioned_throughput size_gb
optional block: confidential_nodes
  required bool: enabled
  optional string: confidential_instance_type
optional block: containerd_config
  optional block: private_registry_access_config
    required bool: enabled
    optional blocks: certificate_authority_domain_config
      required list(string): fqdns
      required block: gcp_secret_manager_certificate_config
        required string: secret_uri
optional block: ephemeral_storage_local_ssd_config
  required number: local_ssd_count
  optional number: data_cache_count
optional block: fast_socket gcfs_config gvnic
  required bool: enabled
optional blocks: guest_accelerator
  required number: count
  required string: type
  optional string: gpu_partition_size
  optional block: gpu_driver_installation_config
    required string: gpu_driver_version
  optional block: gpu_sharing_config
    required string: gpu_sharing_strategy
    required number: max_shared_clients_per_gpu
optional block: host_maintenance_policy
  required string: maintenance_interval
optional block: kubelet_config
  optional list(string): allowed_unsafe_sysctls
  optional string: container_log_max_size cpu_cfs_quota_period cpu_manager_policy image_maximum_gc_age image_minimum_gc_age
  optional number: container_log_max_files eviction_max_pod_grace_period_seconds image_gc_high_threshold_percent
  optional number: image_gc_low_threshold_percent pod_pids_limit
  optional bool: cpu_cfs_quota single_process_oom_kill
  optional computed number: max_parallel_image_pulls
  optional computed string: insecure_kubelet_readonly_port_enabled
  optional block: eviction_minimum_reclaim eviction_soft eviction_soft_grace_period
    optional string: imagefs_available imagefs_inodes_free memory_available nodefs_available nodefs_inodes_free pid_available
optional block: linux_node_config
  optional string: transparent_hugepage_defrag
  optional map(string): sysctls
  optional computed string: cgroup_mode transparent_hugepage_enabled
  optional block: hugepages_config
    optional number: hugepage_size_1g hugepage_size_2m
optional block: local_nvme_ssd_block_config
  required number: local_ssd_count
optional block: reservation_affinity
  required string: consume_reservation_type
  optional string: key
  optional set(string): values
optional blocks: secondary_boot_disks
  required string: disk_image
  optional string: mode
optional block: shielded_instance_config
  optional bool: enable_integrity_monitoring enable_secure_boot
optional block: sole_tenant_config
  optional number: min_node_cpus
  required block-set: node_affinity
    required string: key operator
    required list(string): values
optional blocks: taint
  required string: effect key value
optional block: windows_node_config
  optional string: osversion
optional block: workload_metadata_config
  required string: mode
`;

/** A node pool but for its name, place and machines. */
export const nodePoolSettings = `
optional computed string: name^ name_prefix^ version
optional computed number: initial_node_count^ max_pods_per_node^ node_count
optional computed set(string): node_locations
computed list(string): instance_group_urls managed_instance_group_urls
optional block: autoscaling
  optional computed string: location_policy
  optional number: max_node_count min_node_count total_max_node_count total_min_node_count
optional block: management
  optional bool: auto_repair auto_upgrade
optional block: network_config
  optional bool: create_pod_range^
  optional computed bool: enable_private_nodes
  optional computed string: pod_ipv4_cidr_block^ pod_range^
  computed string: subnetwork
  optional blocks: additional_node_network_configs
    optional string: network^ subnetwork^
  optional blocks: additional_pod_network_configs
    optional string: secondary_pod_range^ subnetwork^
    optional computed number: max_pods_per_node^
  optional block: network_performance_config
    required string: total_egress_bandwidth_tier
  optional block: pod_cidr_overprovision_config
    required bool: disabled^
optional block: placement_policy
  required string: type^
  optional string: policy_name^ tpu_topology^
optional block: queued_provisioning
  required bool: enabled^
optional block: upgrade_settings
  optional string: strategy
  optional computed number: max_surge max_unavailable
  optional block: blue_green_settings
    optional computed string: node_pool_soak_duration
    required block: standard_rollout_policy
      optional computed number: batch_node_count batch_percentage
      optional computed string: batch_soak_duration
`;

export const nodePool = `
resource google_container_node_pool
  value id = {cluster}/nodePools/{name}
  required string: cluster^
  optional computed string: id location^ project^
  computed string: operation
  ${indent(nodePoolSettings, 1).trim()}
  optional block: node_config
    ${indent(nodeConfig, 2).trim()}
  timeouts: create update delete
`;

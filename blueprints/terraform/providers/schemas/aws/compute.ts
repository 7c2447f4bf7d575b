export const compute = `
resource aws_launch_template
  value id = lt-{hash:17}
  optional string: description ebs_optimized image_id instance_initiated_shutdown_behavior instance_type kernel_id key_name
  optional string: ram_disk_id user_data
  optional bool: disable_api_stop disable_api_termination update_default_version
  optional set(string): security_group_names vpc_security_group_ids
  optional map(string): tags
  optional computed string: id name^ name_prefix^ region^
  optional computed number: default_version
  optional computed map(string): tags_all
  computed string: arn
  computed number: latest_version
  optional blocks: block_device_mappings
    optional string: device_name no_device virtual_name
    optional block: ebs
      optional string: delete_on_termination encrypted kms_key_id snapshot_id
      optional computed string: volume_type
      optional computed number: iops throughput volume_initialization_rate volume_size
  optional block: capacity_reservation_specification
    optional string: capacity_reservation_preference
    optional block: capacity_reservation_target
      optional string: capacity_reservation_id capacity_reservation_resource_group_arn
  optional block: cpu_options
    optional string: amd_sev_snp
    optional number: core_count threads_per_core
  optional block: credit_specification
    optional string: cpu_credits
  optional block: enclave_options
    optional bool: enabled
  optional block: hibernation_options
    required bool: configured
  optional block: iam_instance_profile
    optional string: arn name
  optional block: instance_market_options
    optional string: market_type
    optional block: spot_options
      optional number: block_duration_minutes
      optional string: instance_interruption_behavior max_price spot_instance_type
      optional computed string: valid_until
  optional block: instance_requirements
    optional set(string): accelerator_manufacturers accelerator_names accelerator_types allowed_instance_types
    optional set(string): cpu_manufacturers excluded_instance_types instance_generations local_storage_types
    optional string: bare_metal burstable_performance local_storage
    optional number: max_spot_price_as_percentage_of_optimal_on_demand_price
    optional number: on_demand_max_price_percentage_over_lowest_price spot_max_price_percentage_over_lowest_price
    optional bool: require_hibernate_support
    optional block: accelerator_count accelerator_total_memory_mib baseline_ebs_bandwidth_mbps memory_gib_per_vcpu
      optional number: max min
    optional block: network_bandwidth_gbps network_interface_count total_local_storage_gb
      optional number: max min
    required block: memory_mib vcpu_count
      required number: min
      optional number: max
  optional block-set: license_specification
    required string: license_configuration_arn
  optional block: maintenance_options
    optional string: auto_recovery
  optional block: metadata_options
    optional computed string: http_endpoint http_protocol_ipv6 http_tokens instance_metadata_tags
    optional computed number: http_put_response_hop_limit
  optional block: monitoring
    optional bool: enabled
  optional blocks: network_interfaces
    optional string: associate_carrier_ip_address associate_public_ip_address delete_on_termination description interface_type
    optional string: network_interface_id primary_ipv6 private_ip_address subnet_id
    optional number: device_index ipv4_address_count ipv4_prefix_count ipv6_address_count ipv6_prefix_count network_card_index
    optional set(string): ipv4_addresses ipv4_prefixes ipv6_addresses ipv6_prefixes security_groups
    optional block: connection_tracking_specification
      optional number: tcp_established_timeout udp_stream_timeout udp_timeout
    optional block: ena_srd_specification
      optional bool: ena_srd_enabled
      optional block: ena_srd_udp_specification
        optional bool: ena_srd_udp_enabled
  optional block: placement
    optional string: affinity availability_zone group_id group_name host_id host_resource_group_arn spread_domain tenancy
    optional number: partition_number
  optional block: private_dns_name_options
    optional bool: enable_resource_name_dns_a_record enable_resource_name_dns_aaaa_record
    optional string: hostname_type
  optional blocks: tag_specifications
    optional string: resource_type
    optional map(string): tags
`;

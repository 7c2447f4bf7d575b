export const scaleSet = `
resource azurerm_linux_virtual_machine_scale_set
  value id = @group/Microsoft.Compute/virtualMachineScaleSets/{name}
  required string: name^ location^ resource_group_name^ admin_username^ sku
  optional string: capacity_reservation_group_id^ edge_zone^ eviction_policy^ extensions_time_budget health_probe_id host_group_id^
  optional string: priority^ proximity_placement_group_id^ source_image_id upgrade_mode user_data
  optional sensitive string: admin_password^ custom_data
  optional bool: disable_password_authentication^ do_not_run_extensions_on_overprovisioned_machines encryption_at_host_enabled
  optional bool: extension_operations_enabled^ overprovision provision_vm_agent^ resilient_vm_creation_enabled
  optional bool: resilient_vm_deletion_enabled secure_boot_enabled^ single_placement_group vtpm_enabled^ zone_balance^
  optional number: instances max_bid_price
  optional set(string): zones
  optional map(string): tags
  optional computed string: computer_name_prefix^ id
  optional computed number: platform_fault_domain_count^
  computed string: unique_id
  optional block: additional_capabilities
    optional bool: ultra_ssd_enabled^
  optional block-set: admin_ssh_key
    required string: public_key username
  optional block: automatic_instance_repair
    required bool: enabled
    optional computed string: action grace_period
  optional block: automatic_os_upgrade_policy
    required bool: disable_automatic_rollback enable_automatic_os_upgrade
  optional block: boot_diagnostics
    optional string: storage_account_uri
  optional blocks: data_disk
    required string: caching storage_account_type
    required number: disk_size_gb lun
    optional string: create_option disk_encryption_set_id^ name
    optional bool: write_accelerator_enabled
    optional computed number: ultra_ssd_disk_iops_read_write ultra_ssd_disk_mbps_read_write
  optional block-set: extension
    required string: name publisher type type_handler_version
    optional bool: auto_upgrade_minor_version automatic_upgrade_enabled
    optional string: force_update_tag settings
    optional sensitive string: protected_settings
    optional list(string): provision_after_extensions
    optional block: protected_settings_from_key_vault
      required string: secret_url source_vault_id
  optional blocks: gallery_application
    required string: version_id^
    optional string: configuration_blob_uri^ tag^
    optional number: order^
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  required blocks: network_interface
    required string: name^
    optional string: auxiliary_mode auxiliary_sku network_security_group_id
    optional bool: enable_accelerated_networking enable_ip_forwarding primary
    optional list(string): dns_servers
    required blocks: ip_configuration
      required string: name
      optional string: subnet_id version
      optional bool: primary
      optional set(string): application_gateway_backend_address_pool_ids application_security_group_ids
      optional set(string): load_balancer_backend_address_pool_ids load_balancer_inbound_nat_rules_ids
      optional blocks: public_ip_address
        required string: name
        optional string: domain_name_label public_ip_prefix_id^ version^
        optional computed number: idle_timeout_in_minutes
        optional blocks: ip_tag
          required string: tag^ type^
  required block: os_disk
    required string: caching storage_account_type^
    optional string: disk_encryption_set_id^ secure_vm_disk_encryption_set_id^ security_encryption_type^
    optional bool: write_accelerator_enabled
    optional computed number: disk_size_gb
    optional block: diff_disk_settings
      required string: option^
      optional string: placement^
  optional block: plan
    required string: name^ product^ publisher^
  optional block: rolling_upgrade_policy
    required number: max_batch_instance_percent max_unhealthy_instance_percent max_unhealthy_upgraded_instance_percent
    required string: pause_time_between_batches
    optional bool: cross_zone_upgrades_enabled maximum_surge_instances_enabled prioritize_unhealthy_instances_enabled
  optional block: scale_in
    optional bool: force_deletion_enabled
    optional string: rule
  optional blocks: secret
    required string: key_vault_id
    required block-set: certificate
      required string: url
  optional block: source_image_reference
    required string: offer^ publisher^ sku version
  optional block: spot_restore
    optional bool: enabled^
    optional string: timeout^
  optional block: termination_notification
    required bool: enabled
    optional string: timeout
  timeouts: create read update delete

resource azurerm_monitor_autoscale_setting
  value id = @group/Microsoft.Insights/autoScaleSettings/{name}
  required string: name^ location^ resource_group_name^ target_resource_id^
  optional bool: enabled
  optional map(string): tags
  optional computed string: id
  optional block: notification
    optional block: email
      optional list(string): custom_emails
      optional bool: send_to_subscription_administrator send_to_subscription_co_administrator
    optional blocks: webhook
      required string: service_uri
      optional map(string): properties
  optional block: predictive
    required string: scale_mode
    optional string: look_ahead_time
  required blocks: profile
    required string: name
    required block: capacity
      required number: default maximum minimum
    optional block: fixed_date
      required string: end start
      optional string: timezone
    optional block: recurrence
      required list(string): days
      required list(number): hours minutes
      optional string: timezone
    optional blocks: rule
      required block: metric_trigger
        required string: metric_name metric_resource_id operator statistic time_aggregation time_grain time_window
        required number: threshold
        optional bool: divide_by_instance_count
        optional string: metric_namespace
        optional blocks: dimensions
          required string: name operator
          required list(string): values
      required block: scale_action
        required string: cooldown direction type
        required number: value
  timeouts: create read update delete
`;

import { indent } from '../indent.ts';

/** A virtual machine, whatever runs on it. */
const machine = `
required string: name^ location^ resource_group_name^ size
required list(string): network_interface_ids
optional string: availability_set_id^ capacity_reservation_group_id dedicated_host_group_id dedicated_host_id edge_zone^
optional string: eviction_policy^ extensions_time_budget license_type priority^ proximity_placement_group_id reboot_setting
optional string: source_image_id^ user_data virtual_machine_scale_set_id zone^
optional sensitive string: custom_data^
optional bool: bypass_platform_safety_checks_on_user_schedule_enabled encryption_at_host_enabled secure_boot_enabled^ vtpm_enabled^
optional number: max_bid_price platform_fault_domain^
optional map(string): tags
optional computed string: computer_name^ disk_controller_type id os_managed_disk_id patch_assessment_mode patch_mode
optional computed bool: allow_extension_operations provision_vm_agent^ vm_agent_platform_updates_enabled
computed string: private_ip_address public_ip_address virtual_machine_id
computed list(string): private_ip_addresses public_ip_addresses
optional block: additional_capabilities
  optional bool: hibernation_enabled ultra_ssd_enabled
optional block: boot_diagnostics
  optional string: storage_account_uri
optional blocks: gallery_application
  required string: version_id
  optional bool: automatic_upgrade_enabled treat_failure_as_deployment_failure_enabled
  optional string: configuration_blob_uri tag
  optional number: order
optional block: identity
  required string: type
  optional set(string): identity_ids
  computed string: principal_id tenant_id
required block: os_disk
  required string: caching
  optional string: disk_encryption_set_id secure_vm_disk_encryption_set_id^ security_encryption_type^
  optional bool: write_accelerator_enabled
  optional computed string: name^ storage_account_type^
  optional computed number: disk_size_gb
  computed string: id
  optional block: diff_disk_settings
    required string: option^
    optional string: placement^
optional block: os_image_notification
  optional string: timeout
optional block: plan
  required string: name^ product^ publisher^
optional block: source_image_reference
  required string: offer^ publisher^ sku^ version^
optional block: termination_notification
  required bool: enabled
  optional string: timeout
timeouts: create read update delete
`;

export const compute = `
resource azurerm_network_interface
  value id = @group/Microsoft.Network/networkInterfaces/{name}
  value private_ip_address = 10.0.1.4
  required string: name^ location^ resource_group_name^
  optional string: auxiliary_mode auxiliary_sku edge_zone^ internal_dns_name_label
  optional bool: accelerated_networking_enabled ip_forwarding_enabled
  optional list(string): dns_servers
  optional map(string): tags
  optional computed string: id
  computed string: internal_domain_name_suffix mac_address private_ip_address virtual_machine_id
  computed list(string): applied_dns_servers private_ip_addresses
  required blocks: ip_configuration
    required string: name private_ip_address_allocation
    optional string: private_ip_address_version public_ip_address_id subnet_id
    optional computed string: gateway_load_balancer_frontend_ip_configuration_id private_ip_address
    optional computed bool: primary
  timeouts: create read update delete

resource azurerm_network_interface_security_group_association
  value id = {network_interface_id}|{network_security_group_id}
  required string: network_interface_id^ network_security_group_id^
  optional computed string: id
  timeouts: create read delete

resource azurerm_linux_virtual_machine
  value id = @group/Microsoft.Compute/virtualMachines/{name}
  value private_ip_address = 10.0.1.4
  optional string: admin_username^
  optional sensitive string: admin_password^
  optional computed bool: disable_password_authentication^
  ${indent(machine, 1).trim()}
  optional block-set: admin_ssh_key
    required string: public_key^ username^
  optional blocks: secret
    required string: key_vault_id
    required block-set: certificate
      required string: url

resource azurerm_windows_virtual_machine
  value id = @group/Microsoft.Compute/virtualMachines/{name}
  value private_ip_address = 10.0.1.4
  optional string: admin_username^ timezone^
  optional sensitive string: admin_password^
  optional computed bool: automatic_updates_enabled hotpatching_enabled
  optional computed deprecated bool: enable_automatic_updates
  ${indent(machine, 1).trim()}
  optional blocks: additional_unattend_content
    required sensitive string: content^
    required string: setting^
  optional blocks: secret
    required string: key_vault_id
    required block-set: certificate
      required string: store url
  optional block-set: winrm_listener
    required string: protocol^
    optional string: certificate_url^

resource azurerm_managed_disk
  value id = @group/Microsoft.Compute/disks/{name}
  required string: name^ location^ resource_group_name^ create_option^ storage_account_type
  optional string: disk_access_id disk_encryption_set_id edge_zone^ gallery_image_reference_id^ hyper_v_generation^
  optional string: image_reference_id^ network_access_policy os_type secure_vm_disk_encryption_set_id^ security_type^
  optional string: source_resource_id^ storage_account_id^ zone^
  optional bool: on_demand_bursting_enabled optimized_frequent_attach_enabled performance_plus_enabled^
  optional bool: public_network_access_enabled trusted_launch_enabled^
  optional number: upload_size_bytes^
  optional map(string): tags
  optional computed string: id source_uri^ tier
  optional computed number: disk_iops_read_only disk_iops_read_write disk_mbps_read_only disk_mbps_read_write disk_size_gb
  optional computed number: logical_sector_size^ max_shares
  optional block: encryption_settings
    required block: disk_encryption_key
      required string: secret_url source_vault_id
    optional block: key_encryption_key
      required string: key_url source_vault_id
  timeouts: create read update delete

resource azurerm_virtual_machine_data_disk_attachment
  value id = {virtual_machine_id}/dataDisks/{hash:8}
  required string: caching managed_disk_id^ virtual_machine_id^
  required number: lun^
  optional string: create_option^
  optional bool: write_accelerator_enabled
  optional computed string: id
  timeouts: create read update delete

resource azurerm_virtual_machine_extension
  value id = {virtual_machine_id}/extensions/{name}
  required string: name^ publisher^ type^ type_handler_version virtual_machine_id^
  optional string: settings
  optional sensitive string: protected_settings
  optional bool: auto_upgrade_minor_version automatic_upgrade_enabled failure_suppression_enabled
  optional list(string): provision_after_extensions
  optional map(string): tags
  optional computed string: id
  optional block: protected_settings_from_key_vault
    required string: secret_url source_vault_id
  timeouts: create read update delete

resource azurerm_virtual_machine_run_command
  value id = {virtual_machine_id}/runCommands/{name}
  required string: name^ location^ virtual_machine_id^
  optional string: error_blob_uri output_blob_uri run_as_user
  optional sensitive string: run_as_password
  optional map(string): tags
  optional computed string: id
  computed list(object): instance_view
    string: end_time error_message execution_message execution_state output start_time
    number: exit_code
  optional block: error_blob_managed_identity output_blob_managed_identity
    optional sensitive string: client_id object_id
  optional blocks: parameter
    required string: name value
  optional blocks: protected_parameter
    required sensitive string: name value
  required block: source
    optional string: command_id script script_uri
    optional block: script_uri_managed_identity
      optional sensitive string: client_id object_id
  timeouts: create read update delete
`;

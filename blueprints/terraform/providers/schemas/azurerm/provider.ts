export const provider = `
provider
  optional string: ado_pipeline_service_connection_id client_certificate_path client_id_file_path
  optional sensitive string: client_certificate client_certificate_password client_id client_secret client_secret_file_path
  optional string: environment metadata_host msi_api_version msi_endpoint oidc_request_token oidc_request_url oidc_token
  optional string: oidc_token_file_path partner_id resource_provider_registrations subscription_id tenant_id
  optional list(string): auxiliary_tenant_ids resource_providers_to_register
  optional bool: disable_correlation_request_id disable_terraform_partner_id storage_use_azuread use_aks_workload_identity
  optional bool: use_cli use_msi use_oidc
  optional deprecated bool: skip_provider_registration
  required blocks: features
    optional block: api_management
      optional bool: purge_soft_delete_on_destroy recover_soft_deleted
    optional block: app_configuration
      optional bool: purge_soft_delete_on_destroy recover_soft_deleted
    optional block: application_insights
      optional bool: disable_generated_rule
    optional block: cognitive_account
      optional bool: purge_soft_delete_on_destroy
    optional block: databricks_workspace
      optional bool: force_delete
    optional block: key_vault
      optional bool: purge_soft_delete_on_destroy purge_soft_deleted_certificates_on_destroy
      optional bool: purge_soft_deleted_hardware_security_module_keys_on_destroy
      optional bool: purge_soft_deleted_hardware_security_modules_on_destroy purge_soft_deleted_keys_on_destroy
      optional bool: purge_soft_deleted_secrets_on_destroy recover_soft_deleted_certificates
      optional bool: recover_soft_deleted_hardware_security_module_keys recover_soft_deleted_key_vaults
      optional bool: recover_soft_deleted_keys recover_soft_deleted_secrets
    optional block: log_analytics_workspace
      optional bool: permanently_delete_on_destroy
    optional block: machine_learning
      optional bool: purge_soft_deleted_workspace_on_destroy
    optional block: managed_disk
      optional bool: expand_without_downtime
    optional block: netapp
      optional bool: delete_backups_on_backup_vault_destroy prevent_volume_destruction
    optional block: postgresql_flexible_server
      optional bool: restart_server_on_configuration_value_change
    optional block: recovery_service
      optional bool: purge_protected_items_from_vault_on_destroy
      optional bool: vm_backup_stop_protection_and_retain_data_on_destroy
      optional bool: vm_backup_suspend_protection_and_retain_data_on_destroy
    optional block: recovery_services_vaults
      optional bool: recover_soft_deleted_backup_protected_vm
    optional block: resource_group
      optional bool: prevent_deletion_if_contains_resources
    optional block: storage
      optional bool: data_plane_available
    optional block: subscription
      optional bool: prevent_cancellation_on_destroy
    optional block: template_deployment
      required bool: delete_nested_items_during_deletion
    optional block: virtual_machine
      optional bool: delete_os_disk_on_deletion detach_implicit_data_disk_on_deletion skip_shutdown_and_force_delete
      optional deprecated bool: graceful_shutdown
    optional block: virtual_machine_scale_set
      optional bool: force_delete reimage_on_manual_upgrade roll_instances_when_required scale_to_zero_before_deletion

data azurerm_client_config
  value tenant_id = {tenant}
  value subscription_id = {subscription}
  optional computed string: id
  computed string: client_id object_id subscription_id tenant_id
  timeouts: read

data azurerm_subscription
  value id = @subscription
  value subscription_id = {subscription}
  value tenant_id = {tenant}
  optional computed string: id subscription_id
  computed string: display_name location_placement_id quota_id spending_limit state tenant_id
  computed map(string): tags
  timeouts: read

resource azurerm_resource_group
  value id = @subscription/resourceGroups/{name}
  required string: name^ location^
  optional string: managed_by
  optional map(string): tags
  optional computed string: id
  timeouts: create read update delete
`;

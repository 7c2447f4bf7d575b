export const data = `
resource azurerm_postgresql_flexible_server
  value id = @group/Microsoft.DBforPostgreSQL/flexibleServers/{name}
  value fqdn = {name}.postgres.database.azure.com
  required string: name^ location^ resource_group_name^
  optional string: create_mode delegated_subnet_id^ point_in_time_restore_time_in_utc replication_role source_server_id zone
  optional sensitive string: administrator_password
  optional sensitive write-only string: administrator_password_wo
  optional bool: auto_grow_enabled geo_redundant_backup_enabled^ public_network_access_enabled
  optional number: administrator_password_wo_version
  optional map(string): tags
  optional computed string: administrator_login^ id private_dns_zone_id sku_name storage_tier version
  optional computed number: backup_retention_days storage_mb
  computed string: fqdn
  optional block: authentication
    optional bool: active_directory_auth_enabled password_auth_enabled
    optional string: tenant_id
  optional block: customer_managed_key
    required string: key_vault_key_id
    optional string: geo_backup_key_vault_key_id geo_backup_user_assigned_identity_id primary_user_assigned_identity_id
  optional block: high_availability
    required string: mode
    optional string: standby_availability_zone
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  optional block: maintenance_window
    optional number: day_of_week start_hour start_minute
  timeouts: create read update delete

resource azurerm_postgresql_flexible_server_database
  value id = {server_id}/databases/{name}
  required string: name^ server_id^
  optional string: charset^ collation^
  optional computed string: id
  timeouts: create read delete

resource azurerm_postgresql_flexible_server_configuration
  value id = {server_id}/configurations/{name}
  required string: name^ server_id^ value
  optional computed string: id
  timeouts: create read update delete

resource azurerm_postgresql_flexible_server_active_directory_administrator
  value id = @group/Microsoft.DBforPostgreSQL/flexibleServers/{server_name}/administrators/{object_id}
  required string: object_id^ principal_name^ principal_type^ resource_group_name^ server_name^ tenant_id^
  optional computed string: id
  timeouts: create read delete

resource azurerm_data_factory
  value id = @group/Microsoft.DataFactory/factories/{name}
  required string: name^ location^ resource_group_name^
  optional bool: managed_virtual_network_enabled public_network_enabled
  optional string: purview_id
  optional map(string): tags
  optional computed string: customer_managed_key_id customer_managed_key_identity_id id
  optional block: github_configuration
    required string: account_name branch_name repository_name root_folder
    optional string: git_url
    optional bool: publishing_enabled
  optional block-set: global_parameter
    required string: name type value
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  optional block: vsts_configuration
    required string: account_name branch_name project_name repository_name root_folder tenant_id
    optional bool: publishing_enabled
  timeouts: create read update delete

resource azurerm_data_factory_integration_runtime_azure
  value id = {data_factory_id}/integrationruntimes/{name}
  required string: name^ data_factory_id^ location^
  optional string: compute_type description
  optional bool: cleanup_enabled virtual_network_enabled^
  optional number: core_count time_to_live_min
  optional computed string: id
  timeouts: create read update delete

resource azurerm_data_factory_managed_private_endpoint
  value id = {data_factory_id}/managedVirtualNetworks/default/managedPrivateEndpoints/{name}
  required string: name^ data_factory_id^ target_resource_id^
  optional string: subresource_name^
  optional computed string: id
  optional computed list(string): fqdns^
  timeouts: create read delete

resource azurerm_data_factory_linked_service_key_vault
  value id = {data_factory_id}/linkedservices/{name}
  required string: name^ data_factory_id^ key_vault_id
  optional string: description integration_runtime_name
  optional list(string): annotations
  optional map(string): additional_properties parameters
  optional computed string: id
  timeouts: create read update delete

resource azurerm_data_factory_linked_service_data_lake_storage_gen2
  value id = {data_factory_id}/linkedservices/{name}
  required string: name^ data_factory_id^ url
  optional string: description integration_runtime_name service_principal_id service_principal_key tenant
  optional sensitive string: storage_account_key
  optional bool: use_managed_identity
  optional list(string): annotations
  optional map(string): additional_properties parameters
  optional computed string: id
  timeouts: create read update delete

resource azurerm_fabric_capacity
  value id = @group/Microsoft.Fabric/capacities/{name}
  required string: name^ location^ resource_group_name^
  optional set(string): administration_members
  optional map(string): tags
  optional computed string: id
  required block: sku
    required string: name tier
  timeouts: create read update delete
`;

/**
 * What the samples use of the types of hashicorp/azurerm 4.55, in the notation of `compact-schema.ts`. Names, types, and which of them
 * the provider works out by itself are those of its documentation in the Terraform registry.
 */
export const azureTypes = `
azurerm_container_registry
  admin_enabled?b id~ location! name! public_network_access_enabled?b resource_group_name! sku! tags?m
  identity1[type!]
azurerm_cosmosdb_account
  id~ ip_range_filter?S local_authentication_disabled?b location! name! offer_type!
  public_network_access_enabled?b resource_group_name! tags?m consistency_policy!1[consistency_level!]
  geo_location!{failover_priority!n location!} identity1[type!]
azurerm_key_vault
  enable_rbac_authorization~b id~ location! name! public_network_access_enabled?b purge_protection_enabled?b
  rbac_authorization_enabled~b resource_group_name! sku_name! tags?m tenant_id!
  network_acls1[bypass! default_action! ip_rules?S]
azurerm_key_vault_key
  expiration_date? id~ key_opts!L key_size?n key_type! key_vault_id! name! tags?m
  rotation_policy1[expire_after? notify_before_expiry? automatic1[time_before_expiry?]]
azurerm_key_vault_secret
  expiration_date? id~ key_vault_id! name! tags?m value?
azurerm_kubernetes_cluster
  dns_prefix? id~ local_account_disabled?b location! name! private_cluster_enabled?b resource_group_name!
  tags?m api_server_access_profile1[authorized_ip_ranges?S subnet_id?]
  default_node_pool!1[name! node_count~n type? vm_size~] identity1[type!]
azurerm_linux_virtual_machine
  admin_password? admin_username? disable_password_authentication~b encryption_at_host_enabled?b id~
  location! name! network_interface_ids!L priority? resource_group_name! size! tags?m
  admin_ssh_key{public_key! username!} identity1[type!] os_disk!1[caching! storage_account_type~]
azurerm_linux_web_app
  enabled?b https_only?b id~ location! name! public_network_access_enabled?b resource_group_name!
  service_plan_id! tags?m identity1[type!] site_config!1[ftps_state? minimum_tls_version?]
azurerm_managed_disk
  create_option! disk_size_gb~n id~ location! name! network_access_policy? public_network_access_enabled?b
  resource_group_name! storage_account_type! tags?m
azurerm_monitor_diagnostic_setting
  id~ log_analytics_workspace_id? name! target_resource_id! enabled_log{category?}
azurerm_mssql_firewall_rule
  end_ip_address! id~ name! server_id! start_ip_address!
azurerm_mssql_server
  administrator_login~ administrator_login_password? id~ location! minimum_tls_version? name!
  public_network_access_enabled?b resource_group_name! tags?m version!
  azuread_administrator1[azuread_authentication_only~b login_username! object_id! tenant_id~]
  identity1[type!]
azurerm_network_interface
  id~ location! name! resource_group_name! tags?m
  ip_configuration![name! private_ip_address_allocation! public_ip_address_id? subnet_id?]
azurerm_network_security_group
  id~ location! name! resource_group_name!
  security_rule~<set access description destination_address_prefix destination_address_prefixes:S destination_application_security_group_ids:S destination_port_range destination_port_ranges:S direction name priority:n protocol source_address_prefix source_address_prefixes:S source_application_security_group_ids:S source_port_range source_port_ranges:S>
  tags?m
azurerm_network_security_rule
  access! destination_address_prefix? destination_port_range? destination_port_ranges?S direction! id~ name!
  network_security_group_name! priority!n protocol! resource_group_name! source_address_prefix?
  source_address_prefixes?S source_port_range?
azurerm_postgresql_flexible_server
  administrator_login~ geo_redundant_backup_enabled?b id~ location! name! public_network_access_enabled?b
  resource_group_name! sku_name~ storage_mb~n tags?m version~ identity1[type!]
azurerm_public_ip
  allocation_method! id~ location! name! resource_group_name! sku? tags?m
azurerm_redis_cache
  capacity!n family! id~ location! minimum_tls_version? name! non_ssl_port_enabled?b
  public_network_access_enabled?b resource_group_name! sku_name! tags?m identity1[type!]
azurerm_resource_group
  id~ location! name! tags?m
azurerm_role_assignment
  id~ name~ principal_id! role_definition_name~ scope!
azurerm_role_definition
  id~ name! scope! permissions[actions?L not_actions?L]
azurerm_storage_account
  account_kind? account_replication_type! account_tier! allow_nested_items_to_be_public?b
  https_traffic_only_enabled?b id~ location! min_tls_version? name! public_network_access_enabled?b
  resource_group_name! shared_access_key_enabled?b tags?m blob_properties1[delete_retention_policy1[days?n]]
  identity1[type!] network_rules1[bypass~S default_action! ip_rules~S]
azurerm_storage_account_network_rules
  bypass~S default_action! id~ ip_rules?S storage_account_id!
azurerm_subnet
  address_prefixes?L id~ name! resource_group_name! virtual_network_name!
azurerm_subnet_network_security_group_association
  id~ network_security_group_id! subnet_id!
`;

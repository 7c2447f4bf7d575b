export const databricks = `
resource azurerm_databricks_workspace
  value id = @group/Microsoft.Databricks/workspaces/{name}
  value workspace_id = 1234567890123456
  value workspace_url = adb-1234567890123456.7.azuredatabricks.net
  required string: name^ location^ resource_group_name^ sku
  optional string: access_connector_id load_balancer_backend_address_pool_id^ managed_disk_cmk_key_vault_id
  optional string: managed_disk_cmk_key_vault_key_id managed_services_cmk_key_vault_id managed_services_cmk_key_vault_key_id
  optional string: network_security_group_rules_required
  optional bool: customer_managed_key_enabled default_storage_firewall_enabled infrastructure_encryption_enabled^
  optional bool: managed_disk_cmk_rotation_to_latest_version_enabled public_network_access_enabled
  optional map(string): tags
  optional computed string: id managed_resource_group_name^
  computed string: disk_encryption_set_id managed_resource_group_id workspace_id workspace_url
  computed list(object): managed_disk_identity storage_account_identity
    string: principal_id tenant_id type
  optional block: custom_parameters
    optional string: machine_learning_workspace_id^ private_subnet_name private_subnet_network_security_group_association_id
    optional string: public_subnet_name public_subnet_network_security_group_association_id virtual_network_id^
    optional bool: no_public_ip
    optional computed string: nat_gateway_name^ public_ip_name^ storage_account_name^ storage_account_sku_name vnet_address_prefix^
  optional block: enhanced_security_compliance
    optional bool: automatic_cluster_update_enabled compliance_security_profile_enabled enhanced_security_monitoring_enabled
    optional set(string): compliance_security_profile_standards
  timeouts: create read update delete

resource azurerm_databricks_access_connector
  value id = @group/Microsoft.Databricks/accessConnectors/{name}
  required string: name^ location^ resource_group_name^
  optional map(string): tags
  optional computed string: id
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  timeouts: create read update delete
`;

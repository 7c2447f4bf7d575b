export const vault = `
resource azurerm_key_vault
  value id = @group/Microsoft.KeyVault/vaults/{name}
  value vault_uri = https://{name}.vault.azure.net/
  required string: name^ location^ resource_group_name^ sku_name tenant_id
  optional bool: enabled_for_deployment enabled_for_disk_encryption enabled_for_template_deployment
  optional bool: public_network_access_enabled purge_protection_enabled
  optional number: soft_delete_retention_days^
  optional map(string): tags
  optional computed string: id
  optional computed bool: rbac_authorization_enabled
  optional computed deprecated bool: enable_rbac_authorization
  computed string: vault_uri
  optional computed list(object): access_policy
    string: application_id object_id tenant_id
    list(string): certificate_permissions key_permissions secret_permissions storage_permissions
  optional deprecated block-set: contact
    required string: email
    optional string: name phone
  optional block: network_acls
    required string: bypass default_action
    optional set(string): ip_rules virtual_network_subnet_ids
  timeouts: create read update delete
`;

const timeouts = (names: string): string => `optional nested single: timeouts
    optional string: ${names}`;

const provider = `
provider
  optional string: azure_devops_service_connection_id client_certificate_file_path client_id client_id_file_path
  optional string: client_secret_file_path endpoint environment oidc_request_url oidc_token_file_path partner_id tenant_id timeout
  optional sensitive string: client_certificate client_certificate_password client_secret oidc_request_token oidc_token
  optional bool: disable_terraform_partner_id preview use_cli use_dev_cli use_msi use_oidc
  optional set(string): auxiliary_tenant_ids
`;

const workspace = `
data fabric_capacity
  value id = {uuid}
  value state = Active
  optional computed string: display_name id
  computed string: region sku state
  ${timeouts('read')}

resource fabric_workspace
  value id = {uuid}
  value type = Workspace
  value capacity_assignment_progress = Completed
  required string: display_name
  optional string: capacity_id
  optional computed string: description
  optional computed bool: skip_capacity_state_validation
  computed string: capacity_assignment_progress capacity_region id type
  optional nested single: identity
    required string: type
    computed string: application_id service_principal_id
  computed nested single: onelake_endpoints
    computed string: blob_endpoint dfs_endpoint
  ${timeouts('create read update delete')}

resource fabric_workspace_role_assignment
  value id = {uuid}
  required string: role workspace_id^
  computed string: id
  required nested single: principal
    required string: id^ type^
  ${timeouts('create read update delete')}

resource fabric_workspace_managed_private_endpoint
  value id = {uuid}
  value provisioning_state = Succeeded
  required string: name^ request_message^ target_private_link_resource_id^ workspace_id^
  optional string: target_subresource_type^
  computed string: id provisioning_state
  computed nested single: connection_state
    computed string: actions_required description status
  ${timeouts('create read update delete')}

resource fabric_lakehouse
  value id = {uuid}
  required string: display_name workspace_id^
  optional computed string: description
  computed string: id
  optional nested single: configuration
    required bool: enable_schemas^
  computed nested single: properties
    computed string: default_schema onelake_files_path onelake_tables_path
    computed nested single: sql_endpoint_properties
      computed string: connection_string id provisioning_status
  ${timeouts('create read update delete')}
`;

/** Microsoft Fabric. Spec: registry.terraform.io/providers/microsoft/fabric/1.2.0/docs. */
export const fabric = {
  source: 'microsoft/fabric',
  version: '1.2.0',
  schemas: { provider, workspace },
};

export const governance = `
resource azurerm_management_group
  value id = /providers/Microsoft.Management/managementGroups/{name}
  value tenant_scoped_id = /tenants/{tenant}/providers/Microsoft.Management/managementGroups/{name}
  optional computed string: id display_name name^ parent_management_group_id
  optional computed set(string): subscription_ids
  computed string: tenant_scoped_id
  timeouts: create read update delete

resource azurerm_management_group_subscription_association
  value id = {management_group_id}{subscription_id}
  required string: management_group_id^ subscription_id^
  optional computed string: id
  timeouts: create read delete

resource azurerm_management_group_policy_assignment
  value id = {management_group_id}/providers/Microsoft.Authorization/policyAssignments/{name}
  required string: name^ management_group_id^ policy_definition_id^
  optional string: description display_name location parameters
  optional bool: enforce
  optional list(string): not_scopes
  optional computed string: id metadata
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  optional blocks: non_compliance_message
    required string: content
    optional string: policy_definition_reference_id
  optional blocks: overrides
    required string: value
    optional blocks: selectors
      optional string: kind
      optional list(string): in not_in
  optional blocks: resource_selectors
    optional string: name
    required blocks: selectors
      required string: kind
      optional list(string): in not_in
  timeouts: create read update delete

resource azurerm_policy_definition
  value id = {management_group_id}/providers/Microsoft.Authorization/policyDefinitions/{name}
  required string: name^ display_name mode policy_type^
  optional string: description management_group_id^ parameters policy_rule
  optional computed string: id metadata
  computed list(string): role_definition_ids
  timeouts: create read update delete

resource azurerm_role_assignment
  value id = {scope}/providers/Microsoft.Authorization/roleAssignments/{uuid}
  value role_definition_id = @subscription/providers/Microsoft.Authorization/roleDefinitions/{uuid}
  required string: scope^ principal_id^
  optional string: condition^ delegated_managed_identity_resource_id^ description^
  optional computed string: id condition_version^ name^ principal_type^ role_definition_id^ role_definition_name^
  optional computed bool: skip_service_principal_aad_check
  timeouts: create read delete

resource azurerm_management_lock
  value id = {scope}/providers/Microsoft.Authorization/locks/{name}
  required string: name^ scope^ lock_level^
  optional string: notes^
  optional computed string: id
  timeouts: create read delete
`;

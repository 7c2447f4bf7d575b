export const monitor = `
resource azurerm_log_analytics_workspace
  value id = @group/Microsoft.OperationalInsights/workspaces/{name}
  value workspace_id = {uuid}
  required string: name^ location^ resource_group_name^
  optional string: data_collection_rule_id
  optional number: daily_quota_gb reservation_capacity_in_gb_per_day
  optional bool: allow_resource_only_permissions cmk_for_query_forced immediate_data_purge_on_30_days_enabled
  optional bool: internet_ingestion_enabled internet_query_enabled
  optional map(string): tags
  optional computed string: id sku
  optional computed number: retention_in_days
  optional computed bool: local_authentication_enabled
  optional computed deprecated bool: local_authentication_disabled
  computed sensitive string: primary_shared_key secondary_shared_key
  computed string: workspace_id
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  timeouts: create read update delete

resource azurerm_log_analytics_workspace_table
  value id = {workspace_id}/tables/{name}
  required string: name^ workspace_id^
  optional string: plan
  optional number: retention_in_days total_retention_in_days
  optional computed string: id
  timeouts: create read update delete

resource azurerm_monitor_diagnostic_setting
  value id = {target_resource_id}|{name}
  required string: name^ target_resource_id^
  optional string: eventhub_authorization_rule_id^ eventhub_name^ log_analytics_workspace_id partner_solution_id storage_account_id
  optional computed string: id log_analytics_destination_type
  optional block-set: enabled_log
    optional string: category category_group
    optional deprecated block: retention_policy
      required bool: enabled
      optional number: days
  optional block-set: enabled_metric
    required string: category
  optional deprecated block-set: metric
    required string: category
    optional bool: enabled
    optional deprecated block: retention_policy
      required bool: enabled
      optional number: days
  timeouts: create read update delete
`;

export const storage = `
resource azurerm_storage_account
  value id = @group/Microsoft.Storage/storageAccounts/{name}
  value primary_blob_endpoint = https://{name}.blob.core.windows.net/
  value primary_dfs_endpoint = https://{name}.dfs.core.windows.net/
  required string: name^ location^ resource_group_name^ account_replication_type account_tier^
  optional string: account_kind allowed_copy_scope dns_endpoint_type^ edge_zone^ min_tls_version
  optional string: provisioned_billing_model_version^ queue_encryption_key_type^ table_encryption_key_type^
  optional bool: allow_nested_items_to_be_public cross_tenant_replication_enabled default_to_oauth_authentication
  optional bool: https_traffic_only_enabled infrastructure_encryption_enabled^ is_hns_enabled^ local_user_enabled
  optional bool: nfsv3_enabled^ public_network_access_enabled sftp_enabled shared_access_key_enabled
  optional map(string): tags
  optional computed string: id access_tier
  optional computed bool: large_file_share_enabled
  computed sensitive string: primary_access_key primary_blob_connection_string primary_connection_string
  computed sensitive string: secondary_access_key secondary_blob_connection_string secondary_connection_string
  computed string: primary_location secondary_location
  computed string: primary_blob_endpoint primary_blob_host primary_blob_internet_endpoint primary_blob_internet_host primary_blob_microsoft_endpoint primary_blob_microsoft_host
  computed string: primary_dfs_endpoint primary_dfs_host primary_dfs_internet_endpoint primary_dfs_internet_host primary_dfs_microsoft_endpoint primary_dfs_microsoft_host
  computed string: primary_file_endpoint primary_file_host primary_file_internet_endpoint primary_file_internet_host primary_file_microsoft_endpoint primary_file_microsoft_host
  computed string: primary_queue_endpoint primary_queue_host primary_queue_microsoft_endpoint primary_queue_microsoft_host
  computed string: primary_table_endpoint primary_table_host primary_table_microsoft_endpoint primary_table_microsoft_host
  computed string: primary_web_endpoint primary_web_host primary_web_internet_endpoint primary_web_internet_host primary_web_microsoft_endpoint primary_web_microsoft_host
  computed string: secondary_blob_endpoint secondary_blob_host secondary_blob_internet_endpoint secondary_blob_internet_host secondary_blob_microsoft_endpoint secondary_blob_microsoft_host
  computed string: secondary_dfs_endpoint secondary_dfs_host secondary_dfs_internet_endpoint secondary_dfs_internet_host secondary_dfs_microsoft_endpoint secondary_dfs_microsoft_host
  computed string: secondary_file_endpoint secondary_file_host secondary_file_internet_endpoint secondary_file_internet_host secondary_file_microsoft_endpoint secondary_file_microsoft_host
  computed string: secondary_queue_endpoint secondary_queue_host secondary_queue_microsoft_endpoint secondary_queue_microsoft_host
  computed string: secondary_table_endpoint secondary_table_host secondary_table_microsoft_endpoint secondary_table_microsoft_host
  computed string: secondary_web_endpoint secondary_web_host secondary_web_internet_endpoint secondary_web_internet_host secondary_web_microsoft_endpoint secondary_web_microsoft_host
  optional block: azure_files_authentication
    required string: directory_type
    optional string: default_share_level_permission
    optional block: active_directory
      required string: domain_guid domain_name
      optional string: domain_sid forest_name netbios_domain_name storage_sid
  optional block: blob_properties
    optional bool: change_feed_enabled last_access_time_enabled versioning_enabled
    optional number: change_feed_retention_in_days
    optional computed string: default_service_version
    optional block: container_delete_retention_policy
      optional number: days
    optional blocks: cors_rule
      required list(string): allowed_headers allowed_methods allowed_origins exposed_headers
      required number: max_age_in_seconds
    optional block: delete_retention_policy
      optional number: days
      optional bool: permanent_delete_enabled
    optional block: restore_policy
      required number: days
  optional block: custom_domain
    required string: name
    optional bool: use_subdomain
  optional block: customer_managed_key
    required string: user_assigned_identity_id
    optional string: key_vault_key_id managed_hsm_key_id
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  optional block: immutability_policy
    required string: state
    required bool: allow_protected_append_writes
    required number: period_since_creation_in_days
  optional block: network_rules
    required string: default_action
    optional computed set(string): bypass ip_rules virtual_network_subnet_ids
    optional blocks: private_link_access
      required string: endpoint_resource_id
      optional computed string: endpoint_tenant_id
  optional deprecated block: queue_properties
    optional blocks: cors_rule
      required list(string): allowed_headers allowed_methods allowed_origins exposed_headers
      required number: max_age_in_seconds
    optional block: hour_metrics
      required string: version
      required bool: enabled
      optional bool: include_apis
      optional number: retention_policy_days
    optional block: logging
      required string: version
      required bool: delete read write
      optional number: retention_policy_days
    optional block: minute_metrics
      required string: version
      required bool: enabled
      optional bool: include_apis
      optional number: retention_policy_days
  optional block: routing
    optional string: choice
    optional bool: publish_internet_endpoints publish_microsoft_endpoints
  optional block: sas_policy
    required string: expiration_period
    optional string: expiration_action
  optional block: share_properties
    optional blocks: cors_rule
      required list(string): allowed_headers allowed_methods allowed_origins exposed_headers
      required number: max_age_in_seconds
    optional block: retention_policy
      optional number: days
    optional block: smb
      optional set(string): authentication_types channel_encryption_type kerberos_ticket_encryption_type versions
      optional bool: multichannel_enabled
  optional deprecated block: static_website
    optional string: error_404_document index_document
  timeouts: create read update delete

resource azurerm_storage_container
  value id = {storage_account_id}/blobServices/default/containers/{name}
  required string: name^
  optional string: container_access_type storage_account_id^
  optional deprecated string: storage_account_name^
  optional bool: encryption_scope_override_enabled^
  optional computed string: id default_encryption_scope^
  optional computed map(string): metadata
  computed string: resource_manager_id
  computed bool: has_immutability_policy has_legal_hold
  timeouts: create read update delete

resource azurerm_storage_management_policy
  value id = {storage_account_id}/managementPolicies/default
  required string: storage_account_id^
  optional computed string: id
  optional blocks: rule
    required string: name
    required bool: enabled
    required block: actions
      optional block: base_blob
        optional bool: auto_tier_to_hot_from_cool_enabled
        optional number: delete_after_days_since_creation_greater_than delete_after_days_since_last_access_time_greater_than
        optional number: delete_after_days_since_modification_greater_than tier_to_archive_after_days_since_creation_greater_than
        optional number: tier_to_archive_after_days_since_last_access_time_greater_than
        optional number: tier_to_archive_after_days_since_last_tier_change_greater_than
        optional number: tier_to_archive_after_days_since_modification_greater_than
        optional number: tier_to_cold_after_days_since_creation_greater_than
        optional number: tier_to_cold_after_days_since_last_access_time_greater_than
        optional number: tier_to_cold_after_days_since_modification_greater_than
        optional number: tier_to_cool_after_days_since_creation_greater_than
        optional number: tier_to_cool_after_days_since_last_access_time_greater_than
        optional number: tier_to_cool_after_days_since_modification_greater_than
      optional block: snapshot
        optional number: change_tier_to_archive_after_days_since_creation change_tier_to_cool_after_days_since_creation
        optional number: delete_after_days_since_creation_greater_than tier_to_archive_after_days_since_last_tier_change_greater_than
        optional number: tier_to_cold_after_days_since_creation_greater_than
      optional block: version
        optional number: change_tier_to_archive_after_days_since_creation change_tier_to_cool_after_days_since_creation
        optional number: delete_after_days_since_creation tier_to_archive_after_days_since_last_tier_change_greater_than
        optional number: tier_to_cold_after_days_since_creation_greater_than
    required block: filters
      required set(string): blob_types
      optional set(string): prefix_match
      optional block-set: match_blob_index_tag
        required string: name value
        optional string: operation
  timeouts: create read update delete
`;

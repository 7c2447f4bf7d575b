export const storage = `
resource google_storage_bucket
  value id = {name}
  value url = gs://{name}
  value self_link = https://www.googleapis.com/storage/v1/b/{name}
  required string: location^ name^
  optional string: storage_class
  optional bool: default_event_based_hold enable_object_retention^ force_destroy requester_pays
  optional map(string): labels
  optional computed string: id project^ public_access_prevention rpo
  optional computed bool: uniform_bucket_level_access
  computed string: self_link time_created updated url
  computed number: project_number
  computed map(string): effective_labels terraform_labels
  optional block: autoclass
    required bool: enabled
    optional computed string: terminal_storage_class
  optional blocks: cors
    optional number: max_age_seconds
    optional list(string): method origin response_header
  optional block: custom_placement_config
    required set(string): data_locations^
  optional block: encryption
    required string: default_kms_key_name
  optional block: hierarchical_namespace
    required bool: enabled^
  optional block: ip_filter
    required string: mode
    optional bool: allow_all_service_agent_access allow_cross_org_vpcs
    optional block: public_network_source
      required list(string): allowed_ip_cidr_ranges
    optional blocks: vpc_network_sources
      required list(string): allowed_ip_cidr_ranges
      required string: network
  optional blocks: lifecycle_rule
    required block-set-one: action
      required string: type
      optional string: storage_class
    required block-set-one: condition
      optional number: age days_since_custom_time days_since_noncurrent_time num_newer_versions
      optional string: created_before custom_time_before noncurrent_time_before
      optional bool: send_age_if_zero send_days_since_custom_time_if_zero send_days_since_noncurrent_time_if_zero
      optional bool: send_num_newer_versions_if_zero
      optional list(string): matches_prefix matches_storage_class matches_suffix
      optional computed string: with_state
  optional block: logging
    required string: log_bucket
    optional computed string: log_object_prefix
  optional block: retention_policy
    required number: retention_period
    optional bool: is_locked
  optional block: soft_delete_policy
    optional number: retention_duration_seconds
    computed string: effective_time
  optional block: versioning
    required bool: enabled
  optional block: website
    optional string: main_page_suffix not_found_page
  timeouts: create read update

resource google_storage_bucket_iam_member
  value id = b/{bucket}/{role}/{member}
  required string: bucket^ member^ role^
  optional computed string: id
  computed string: etag
  optional block: condition
    required string: expression^ title^
    optional string: description^
`;

export const storage = `
resource aws_s3_bucket
  value id = {bucket}
  value arn = arn:aws:s3:::{bucket}
  value bucket_domain_name = {bucket}.s3.amazonaws.com
  value bucket_regional_domain_name = {bucket}.s3.eu-central-1.amazonaws.com
  optional bool: force_destroy
  optional map(string): tags
  optional computed bool: object_lock_enabled^
  optional computed string: bucket^ bucket_prefix^ id region^
  optional computed deprecated string: acceleration_status acl policy request_payer
  optional computed map(string): tags_all
  computed string: arn bucket_domain_name bucket_region bucket_regional_domain_name hosted_zone_id
  computed deprecated string: website_domain website_endpoint
  optional deprecated blocks: cors_rule
    required list(string): allowed_methods allowed_origins
    optional list(string): allowed_headers expose_headers
    optional number: max_age_seconds
  optional deprecated block-set: grant
    required set(string): permissions
    required string: type
    optional string: id uri
  optional deprecated blocks: lifecycle_rule
    required bool: enabled
    optional string: prefix
    optional number: abort_incomplete_multipart_upload_days
    optional map(string): tags
    optional computed string: id
    optional block: expiration
      optional string: date
      optional number: days
      optional bool: expired_object_delete_marker
    optional block: noncurrent_version_expiration
      optional number: days
    optional block-set: noncurrent_version_transition
      required string: storage_class
      optional number: days
    optional block-set: transition
      required string: storage_class
      optional string: date
      optional number: days
  optional deprecated block: logging
    required string: target_bucket
    optional string: target_prefix
  optional block: object_lock_configuration
    optional string: object_lock_enabled^
    optional block: rule
      required block: default_retention
        required string: mode
        optional number: days years
  optional deprecated block: replication_configuration
    required string: role
    required block-set: rules
      required string: status
      optional string: delete_marker_replication_status id prefix
      optional number: priority
      required block: destination
        required string: bucket
        optional string: account_id replica_kms_key_id storage_class
        optional block: access_control_translation
          required string: owner
        optional block: metrics replication_time
          optional number: minutes
          optional string: status
      optional block: filter
        optional string: prefix
        optional map(string): tags
      optional block: source_selection_criteria
        optional block: sse_kms_encrypted_objects
          required bool: enabled
  optional deprecated block: server_side_encryption_configuration
    required block: rule
      optional bool: bucket_key_enabled
      required block: apply_server_side_encryption_by_default
        required string: sse_algorithm
        optional string: kms_master_key_id
  optional deprecated block: versioning
    optional bool: enabled mfa_delete
  optional deprecated block: website
    optional string: error_document index_document redirect_all_requests_to routing_rules
  timeouts: create read update delete

resource aws_s3_bucket_versioning
  value id = {bucket}
  required string: bucket^
  optional string: mfa
  optional deprecated string: expected_bucket_owner^
  optional computed string: id region^
  required block: versioning_configuration
    required string: status
    optional computed string: mfa_delete

resource aws_s3_bucket_server_side_encryption_configuration
  value id = {bucket}
  required string: bucket^
  optional deprecated string: expected_bucket_owner^
  optional computed string: id region^
  required block-set: rule
    optional bool: bucket_key_enabled
    optional list(string): blocked_encryption_types
    optional block: apply_server_side_encryption_by_default
      required string: sse_algorithm
      optional string: kms_master_key_id

resource aws_s3_bucket_public_access_block
  value id = {bucket}
  required string: bucket^
  optional bool: block_public_acls block_public_policy ignore_public_acls restrict_public_buckets skip_destroy
  optional computed string: id region^

resource aws_s3_bucket_policy
  value id = {bucket}
  required string: bucket^ policy
  optional computed string: id region^

resource aws_s3_bucket_ownership_controls
  value id = {bucket}
  required string: bucket^
  optional computed string: id region^
  required block: rule
    required string: object_ownership

resource aws_s3_bucket_lifecycle_configuration
  value id = {bucket}
  required string: bucket^
  optional computed deprecated string: expected_bucket_owner^
  optional computed string: region^ transition_default_minimum_object_size
  computed string: id
  optional blocks: rule
    required string: id status
    optional computed deprecated string: prefix
    optional blocks: abort_incomplete_multipart_upload
      optional number: days_after_initiation
    optional blocks: expiration
      optional string: date
      optional computed number: days
      optional computed bool: expired_object_delete_marker
    optional blocks: filter
      optional computed number: object_size_greater_than object_size_less_than
      optional computed string: prefix
      optional blocks: and
        optional computed number: object_size_greater_than object_size_less_than
        optional computed string: prefix
        optional map(string): tags
      optional blocks: tag
        required string: key value
    optional blocks: noncurrent_version_expiration
      required number: noncurrent_days
      optional number: newer_noncurrent_versions
    optional block-set: noncurrent_version_transition
      required number: noncurrent_days
      required string: storage_class
      optional number: newer_noncurrent_versions
    optional block-set: transition
      required string: storage_class
      optional string: date
      optional computed number: days
  timeouts: create update

resource aws_s3_bucket_logging
  value id = {bucket}
  required string: bucket^ target_bucket target_prefix
  optional deprecated string: expected_bucket_owner^
  optional computed string: id region^
  optional block-set: target_grant
    required string: permission
    required block: grantee
      required string: type
      optional string: email_address id uri
      computed string: display_name
  optional block: target_object_key_format
    optional block: partitioned_prefix
      required string: partition_date_source
    optional block: simple_prefix
`;

const provider = `
provider
  optional string: account_id audience auth_type azure_client_id azure_environment azure_login_app_id azure_tenant_id
  optional string: azure_workspace_resource_id client_id cluster_id config_file databricks_cli_path databricks_id_token_filepath
  optional string: google_service_account host metadata_service_url oidc_token_env profile serverless_compute_id username
  optional string: actions_id_token_request_token actions_id_token_request_url warehouse_id workspace_id
  optional sensitive string: azure_client_secret client_secret google_credentials password token
  optional bool: azure_use_msi debug_headers experimental_is_unified_host skip_verify
  optional number: debug_truncate_bytes http_timeout_seconds oauth_callback_port rate_limit retry_timeout_seconds
`;

const unityCatalog = `
resource databricks_metastore_assignment
  value id = {workspace_id}|{metastore_id}
  required string: metastore_id
  required number: workspace_id^
  optional computed deprecated string: default_catalog_name
  optional computed string: id

resource databricks_storage_credential
  value id = {name}
  value storage_credential_id = {uuid}
  required string: name
  optional string: comment
  optional bool: force_destroy force_update read_only skip_validation
  optional computed string: id isolation_mode metastore_id owner
  computed string: storage_credential_id
  optional block: aws_iam_role
    required string: role_arn
    optional computed string: external_id unity_catalog_iam_arn
  optional block: azure_managed_identity
    required string: access_connector_id
    optional string: managed_identity_id
    optional computed string: credential_id
  optional block: azure_service_principal
    required string: application_id client_secret directory_id
  optional block: cloudflare_api_token
    required string: access_key_id account_id secret_access_key
  optional block: databricks_gcp_service_account
    optional computed string: credential_id email
  optional block: gcp_service_account_key
    required string: email private_key private_key_id

resource databricks_external_location
  value id = {name}
  required string: credential_name name url
  optional string: comment
  optional bool: enable_file_events fallback force_destroy force_update read_only skip_validation
  optional computed string: id isolation_mode metastore_id owner
  computed bool: browse_only
  computed number: created_at updated_at
  computed string: created_by credential_id updated_by
  optional block: encryption_details
    optional block: sse_encryption_details
      optional string: algorithm aws_kms_key_arn
  optional block: file_event_queue
    optional block: managed_aqs
      required string: resource_group subscription_id
      optional string: queue_url
      computed string: managed_resource_id
    optional block: managed_pubsub
      optional string: subscription_name
      computed string: managed_resource_id
    optional block: managed_sqs
      optional string: queue_url
      computed string: managed_resource_id
    optional block: provided_aqs
      required string: queue_url
      optional string: resource_group subscription_id
      computed string: managed_resource_id
    optional block: provided_pubsub
      required string: subscription_name
      computed string: managed_resource_id
    optional block: provided_sqs
      required string: queue_url
      computed string: managed_resource_id

resource databricks_catalog
  value id = {name}
  value full_name = {name}
  optional string: comment connection_name^ name provider_name^ share_name^ storage_root^
  optional bool: browse_only force_destroy
  optional map(string): options^ properties
  optional computed string: enable_predictive_optimization id isolation_mode metastore_id owner
  computed string: catalog_type created_by full_name securable_type storage_location updated_by
  computed number: created_at updated_at
  optional block: effective_predictive_optimization_flag
    required string: value
    optional string: inherited_from_name inherited_from_type
  optional block: provisioning_info
    optional string: state

resource databricks_schema
  value id = {catalog_name}.{name}
  required string: catalog_name^ name
  optional string: comment storage_root^
  optional bool: force_destroy
  optional computed string: enable_predictive_optimization id metastore_id owner
  optional map(string): properties
  computed string: schema_id

resource databricks_grants
  value id = {hash:12}
  optional string: catalog^ credential^ external_location^ foreign_connection^ function^ metastore^ model^ pipeline^ recipient^
  optional string: schema^ share^ storage_credential^ table^ volume^
  optional computed string: id
  required block-set: grant
    required string: principal
    required set(string): privileges

resource databricks_cluster_policy
  value id = {hash:16}
  value policy_id = {hash:16}
  optional string: description name policy_family_definition_overrides policy_family_id
  optional number: max_clusters_per_user
  optional computed string: definition id
  computed string: policy_id
  optional blocks: libraries
    optional deprecated string: egg
    optional string: jar requirements whl
    optional block: cran pypi
      required string: package
      optional string: repo
    optional block: maven
      required string: coordinates
      optional list(string): exclusions
      optional string: repo
    optional block: provider_config
      required string: workspace_id

resource databricks_workspace_conf
  value id = _
  optional map(string): custom_config
  optional computed string: id
`;

/** Databricks. Spec: registry.terraform.io/providers/databricks/databricks/1.99.0/docs. */
export const databricks = {
  source: 'databricks/databricks',
  version: '1.99.0',
  schemas: { provider, unityCatalog },
};

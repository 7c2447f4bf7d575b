export const sql = `
resource google_sql_database_instance
  value id = {name}
  value connection_name = {project}:{region}:{name}
  value private_ip_address = 10.64.0.3
  required string: database_version
  optional bool: deletion_protection
  optional sensitive string: root_password
  optional computed string: encryption_key_name^ id instance_type maintenance_version master_instance_name name^ project^ region^
  optional computed number: node_count
  optional computed list(string): replica_names
  computed string: connection_name dns_name first_ip_address private_ip_address psc_service_attachment_link
  computed string: public_ip_address self_link service_account_email_address
  computed list(string): available_maintenance_versions
  computed list(object): dns_names
    string: connection_type dns_scope name
  computed list(object): ip_address
    string: ip_address time_to_retire type
  computed sensitive list(object): server_ca_cert
    string: cert common_name create_time expiration_time sha1_fingerprint
  optional block: clone
    required string: source_instance_name
    optional string: allocated_ip_range point_in_time preferred_zone
    optional list(string): database_names
  optional block: replica_configuration
    optional string: ca_certificate^ client_certificate^ client_key^ dump_file_path^ ssl_cipher^ username^
    optional sensitive string: password^
    optional number: connect_retry_interval^ master_heartbeat_period^
    optional bool: cascadable_replica^ failover_target^ verify_server_certificate^
  optional block: replication_cluster
    optional string: failover_dr_replica_name psa_write_endpoint
    computed bool: dr_replica
  optional block: restore_backup_context
    required number: backup_run_id
    optional string: instance_id project
  optional block: settings
    required string: tier
    optional string: activation_policy availability_type collation pricing_plan time_zone^
    optional bool: deletion_protection_enabled disk_autoresize enable_dataplex_integration enable_google_ml_integration
    optional bool: retain_backups_on_delete
    optional number: disk_autoresize_limit
    optional computed string: connector_enforcement disk_type edition
    optional computed number: disk_size
    optional computed map(string): user_labels
    computed string: effective_availability_type
    computed number: version
    optional block: active_directory_config
      required string: domain
    optional block: advanced_machine_features
      optional number: threads_per_core
    optional block: backup_configuration
      optional bool: binary_log_enabled enabled point_in_time_recovery_enabled
      optional string: location
      optional computed string: start_time
      optional computed number: transaction_log_retention_days
      optional block: backup_retention_settings
        required number: retained_backups
        optional string: retention_unit
    optional block-set: connection_pool_config
      optional bool: connection_pooling_enabled
      optional block-set: flags
        required string: name value
    optional block: data_cache_config
      optional bool: data_cache_enabled
    optional block-set: database_flags
      required string: name value
    optional block: deny_maintenance_period
      required string: end_date start_date time
    optional block: insights_config
      optional bool: query_insights_enabled record_application_tags record_client_address
      optional number: query_string_length
      optional computed number: query_plans_per_minute
    optional block: ip_configuration
      optional string: allocated_ip_range private_network server_ca_pool
      optional bool: enable_private_path_for_google_cloud_services ipv4_enabled
      optional set(string): custom_subject_alternative_names
      optional computed string: server_ca_mode ssl_mode
      optional block-set: authorized_networks
        required string: value
        optional string: expiration_time name
      optional block-set: psc_config
        optional bool: psc_enabled
        optional string: network_attachment_uri
        optional set(string): allowed_consumer_projects
        optional blocks: psc_auto_connections
          required string: consumer_network
          optional string: consumer_service_project_id
    optional block: location_preference
      optional string: follow_gae_application secondary_zone zone
    optional block: maintenance_window
      optional number: day hour
      optional string: update_track
    optional block: password_validation_policy
      required bool: enable_password_policy
      optional bool: disallow_username_substring
      optional number: min_length reuse_interval
      optional string: complexity password_change_interval
    optional block: sql_server_audit_config
      optional string: bucket retention_interval upload_interval
  timeouts: create update delete

resource google_sql_database
  value id = projects/{project}/instances/{instance}/databases/{name}
  required string: instance^ name^
  optional string: deletion_policy
  optional computed string: charset collation id project^
  computed string: self_link
  timeouts: create update delete
`;

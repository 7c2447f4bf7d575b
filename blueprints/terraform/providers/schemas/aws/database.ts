export const database = `
resource aws_db_instance
  value id = db-{hash:26}
  value arn = arn:aws:rds:eu-central-1:{account}:db:{identifier}
  value address = {identifier}.{hash:12}.eu-central-1.rds.amazonaws.com
  value endpoint = {identifier}.{hash:12}.eu-central-1.rds.amazonaws.com:5432
  required string: instance_class
  optional string: custom_iam_instance_profile domain domain_auth_secret_arn domain_iam_role_name domain_ou
  optional string: final_snapshot_identifier replicate_source_db
  optional sensitive string: password
  optional sensitive write-only string: password_wo
  optional bool: allow_major_version_upgrade apply_immediately auto_minor_version_upgrade copy_tags_to_snapshot
  optional bool: customer_owned_ip_enabled dedicated_log_volume delete_automated_backups deletion_protection
  optional bool: iam_database_authentication_enabled manage_master_user_password performance_insights_enabled
  optional bool: publicly_accessible skip_final_snapshot storage_encrypted^ upgrade_storage_config
  optional number: max_allocated_storage monitoring_interval password_wo_version
  optional list(string): domain_dns_ips
  optional set(string): enabled_cloudwatch_logs_exports
  optional map(string): tags
  optional computed string: availability_zone^ backup_target^ backup_window ca_cert_identifier character_set_name^
  optional computed string: database_insights_mode db_name^ db_subnet_group_name domain_fqdn engine^ engine_lifecycle_support
  optional computed string: engine_version id identifier identifier_prefix kms_key_id^ license_model maintenance_window
  optional computed string: master_user_secret_kms_key_id monitoring_role_arn nchar_character_set_name^ network_type
  optional computed string: option_group_name parameter_group_name performance_insights_kms_key_id region^ replica_mode
  optional computed string: snapshot_identifier^ storage_type timezone^ username^
  optional computed number: allocated_storage backup_retention_period iops performance_insights_retention_period port
  optional computed number: storage_throughput
  optional computed bool: multi_az
  optional computed set(string): vpc_security_group_ids
  optional computed map(string): tags_all
  computed string: address arn endpoint engine_version_actual hosted_zone_id latest_restorable_time resource_id status
  computed list(string): replicas
  computed list(object): listener_endpoint
    string: address hosted_zone_id
    number: port
  computed list(object): master_user_secret
    string: kms_key_id secret_arn secret_status
  optional block: blue_green_update
    optional bool: enabled
  optional block: restore_to_point_in_time
    optional string: restore_time^ source_db_instance_automated_backups_arn^ source_db_instance_identifier^
    optional string: source_dbi_resource_id^
    optional bool: use_latest_restorable_time^
  optional block: s3_import
    required string: bucket_name^ ingestion_role^ source_engine^ source_engine_version^
    optional string: bucket_prefix^
  timeouts: create update delete

resource aws_db_subnet_group
  value id = {name}
  required set(string): subnet_ids
  optional string: description
  optional map(string): tags
  optional computed string: id name^ name_prefix^ region^
  optional computed map(string): tags_all
  computed string: arn vpc_id
  computed set(string): supported_network_types

resource aws_db_parameter_group
  value id = {name}
  required string: family^
  optional string: description^
  optional bool: skip_destroy
  optional map(string): tags
  optional computed string: id name^ name_prefix^ region^
  optional computed map(string): tags_all
  computed string: arn
  optional block-set: parameter
    required string: name value
    optional string: apply_method
`;

/**
 * What the samples use of the types of hashicorp/aws 6.x, in the notation of `compact-schema.ts`. Names, types, and which of them
 * the provider works out by itself are those of its documentation in the Terraform registry.
 */
export const awsTypes = `
aws_cloudtrail
  enable_log_file_validation?b id~ is_multi_region_trail?b name! s3_bucket_name! tags?m tags_all~m arn=
aws_cloudwatch_log_group
  id~ name~ retention_in_days?n tags?m tags_all~m arn=
aws_db_instance
  allocated_storage~n backup_retention_period~n deletion_protection?b engine~ id~ identifier~
  instance_class! manage_master_user_password?b port~n publicly_accessible?b skip_final_snapshot?b
  storage_encrypted?b tags?m tags_all~m username~ arn=
aws_dynamodb_table
  billing_mode? hash_key~ id~ name! tags?m tags_all~m attribute{name! type!}
  point_in_time_recovery1[enabled!b] arn=
aws_ebs_volume
  availability_zone! encrypted~b id~ size~n tags?m tags_all~m arn=
aws_ecr_repository
  id~ image_tag_mutability? name! tags?m tags_all~m image_scanning_configuration1[scan_on_push!b] arn=
aws_efs_file_system
  creation_token~ encrypted~b id~ tags?m tags_all~m arn=
aws_eks_cluster
  deletion_protection~b enabled_cluster_log_types?S id~ name! role_arn! tags?m tags_all~m version~
  encryption_config1[resources!S provider!1[key_arn!]]
  vpc_config!1[endpoint_public_access?b public_access_cidrs~S subnet_ids!S] arn=
aws_elasticache_replication_group
  at_rest_encryption_enabled~ description! engine~ id~ node_type~ replication_group_id! tags?m tags_all~m
  transit_encryption_enabled~b arn=
aws_flow_log
  id~ log_destination~ log_destination_type? tags?m tags_all~m traffic_type? vpc_id? arn=
aws_iam_account_password_policy
  id~ minimum_password_length?n require_symbols~b
aws_iam_group_policy_attachment
  group! id~ policy_arn!
aws_iam_policy
  id~ name~ policy! tags?m tags_all~m arn=
aws_iam_role_policy_attachment
  id~ policy_arn! role!
aws_iam_user_policy_attachment
  id~ policy_arn! user!
aws_instance
  ami~ associate_public_ip_address~b id~ instance_type~ tags?m tags_all~m
  ebs_block_device{device_name! encrypted~b} metadata_options1[http_endpoint? http_tokens~]
  root_block_device1[encrypted~b] arn=
aws_kms_key
  customer_master_key_spec? description~ enable_key_rotation?b id~ key_usage? policy~ tags?m tags_all~m arn=
aws_lb
  enable_deletion_protection?b id~ internal~b name~ subnets~S tags?m tags_all~m arn=
aws_lb_listener
  certificate_arn? id~ load_balancer_arn! port?n protocol~ ssl_policy~ tags?m tags_all~m
  default_action![target_group_arn? type! redirect1[port? protocol? status_code!]] arn=
aws_opensearch_domain
  domain_name! engine_version~ id~ tags?m tags_all~m
  domain_endpoint_options1[enforce_https?b tls_security_policy~] encrypt_at_rest1[enabled!b]
  node_to_node_encryption1[enabled!b] arn=
aws_rds_cluster
  allocated_storage~n backup_retention_period~n cluster_identifier~ deletion_protection?b engine! id~
  manage_master_user_password?b master_username~ port~n skip_final_snapshot?b storage_encrypted~b tags?m
  tags_all~m arn=
aws_redshift_cluster
  cluster_identifier! encrypted? id~ manage_master_password?b master_username? node_type!
  publicly_accessible?b skip_final_snapshot?b tags?m tags_all~m arn=
aws_s3_bucket
  acl~ bucket~ id~ policy~ tags?m tags_all~m versioning1[enabled?b] arn=
aws_s3_bucket_acl
  acl? bucket! id~
aws_s3_bucket_logging
  bucket! id~ target_bucket! target_prefix!
aws_s3_bucket_public_access_block
  block_public_acls?b block_public_policy?b bucket! id~ ignore_public_acls?b restrict_public_buckets?b
aws_s3_bucket_server_side_encryption_configuration
  bucket! id~ rule!{apply_server_side_encryption_by_default1[kms_master_key_id? sse_algorithm!]}
aws_s3_bucket_versioning
  bucket! id~ versioning_configuration!1[status!]
aws_secretsmanager_secret
  id~ name~ policy~ tags?m tags_all~m arn=
aws_secretsmanager_secret_rotation
  id~ rotation_lambda_arn? secret_id! rotation_rules!1[automatically_after_days?n duration?]
aws_security_group
  id~
  ingress~<set cidr_blocks:L description from_port:n ipv6_cidr_blocks:L prefix_list_ids:L protocol security_groups:S self:b to_port:n>
  name~ tags?m tags_all~m vpc_id~ arn=
aws_security_group_rule
  cidr_blocks?L from_port!n id~ ipv6_cidr_blocks?L protocol! security_group_id! to_port!n type!
aws_sns_topic
  id~ kms_master_key_id? name~ policy~ tags?m tags_all~m arn=
aws_sqs_queue
  id~ kms_master_key_id? name~ policy~ sqs_managed_sse_enabled~b tags?m tags_all~m arn=
aws_vpc
  cidr_block~ id~ tags?m tags_all~m arn=
aws_vpc_security_group_ingress_rule
  cidr_ipv4? cidr_ipv6? from_port?n ip_protocol! security_group_id! tags?m to_port?n arn= id=
`;

// `endpoints`, a block with an address for every service, is not here: nothing answers at addresses of a stub.
export const provider = `
provider
  optional string: access_key custom_ca_bundle ec2_metadata_service_endpoint ec2_metadata_service_endpoint_mode http_proxy
  optional string: https_proxy no_proxy profile region retry_mode s3_us_east_1_regional_endpoint secret_key
  optional string: skip_metadata_api_check sts_region tag_policy_compliance token
  optional number: max_retries token_bucket_rate_limiter_capacity
  optional bool: insecure s3_use_path_style skip_credentials_validation skip_region_validation skip_requesting_account_id
  optional bool: use_dualstack_endpoint use_fips_endpoint
  optional list(string): shared_config_files shared_credentials_files
  optional set(string): allowed_account_ids forbidden_account_ids
  optional blocks: assume_role
    optional string: duration external_id policy role_arn session_name source_identity
    optional map(string): tags
    optional set(string): policy_arns transitive_tag_keys
  optional blocks: assume_role_with_web_identity
    optional string: duration policy role_arn session_name web_identity_token web_identity_token_file
    optional set(string): policy_arns
  optional blocks: default_tags
    optional map(string): tags
  optional blocks: ignore_tags
    optional set(string): key_prefixes keys

data aws_availability_zones
  value names = eu-central-1a, eu-central-1b, eu-central-1c
  value zone_ids = euc1-az2, euc1-az3, euc1-az1
  value region = eu-central-1
  optional bool: all_availability_zones
  optional string: state
  optional set(string): exclude_names exclude_zone_ids
  optional computed string: id region
  computed set(string): group_names
  computed list(string): names zone_ids
  optional block-set: filter
    required string: name
    required set(string): values
  timeouts: read

data aws_region
  value region = eu-central-1
  value name = eu-central-1
  computed string: description
  optional computed string: endpoint id region
  optional computed deprecated string: name

data aws_caller_identity
  value account_id = {account}
  value arn = arn:aws:iam::{account}:user/example
  optional computed string: id
  computed string: account_id arn user_id

data aws_partition
  value partition = aws
  value dns_suffix = amazonaws.com
  optional computed string: id
  computed string: dns_suffix partition reverse_dns_prefix
`;

export const iam = `
resource aws_iam_role
  value id = {name}
  value arn = arn:aws:iam::{account}:role/{name}
  required string: assume_role_policy
  optional string: description path^ permissions_boundary
  optional bool: force_detach_policies
  optional number: max_session_duration
  optional map(string): tags
  optional computed string: id name^ name_prefix^
  optional computed deprecated set(string): managed_policy_arns
  optional computed map(string): tags_all
  computed string: arn create_date unique_id
  optional deprecated block-set: inline_policy
    optional string: name policy

resource aws_iam_role_policy
  value id = {role}:{name}
  required string: policy role^
  optional computed string: id name^ name_prefix^

resource aws_iam_role_policy_attachment
  value id = {role}/{policy_arn}
  required string: policy_arn^ role^
  optional computed string: id

resource aws_kms_key
  value id = {uuid}
  value key_id = {uuid}
  value arn = arn:aws:kms:eu-central-1:{account}:key/{uuid}
  optional string: custom_key_store_id^ customer_master_key_spec^ key_usage^ xks_key_id^
  optional bool: bypass_policy_lockout_safety_check enable_key_rotation is_enabled
  optional number: deletion_window_in_days
  optional map(string): tags
  optional computed string: description id policy region^
  optional computed bool: multi_region^
  optional computed number: rotation_period_in_days
  optional computed map(string): tags_all
  computed string: arn key_id
  timeouts: create

resource aws_kms_alias
  value id = {name}
  value arn = arn:aws:kms:eu-central-1:{account}:{name}
  required string: target_key_id
  optional computed string: id name^ name_prefix^ region^
  computed string: arn target_key_arn
`;

export const kubernetes = `
resource aws_eks_cluster
  value id = {name}
  value arn = arn:aws:eks:eu-central-1:{account}:cluster/{name}
  value endpoint = https://{hash:32}.gr7.eu-central-1.eks.amazonaws.com
  required string: name^ role_arn^
  optional bool: bootstrap_self_managed_addons^ force_update_version
  optional set(string): enabled_cluster_log_types
  optional map(string): tags
  optional computed string: id region^ version
  optional computed bool: deletion_protection
  optional computed map(string): tags_all
  computed string: arn cluster_id created_at endpoint platform_version status
  computed list(object): certificate_authority
    string: data
  computed list(object): identity
    list(object): oidc
      string: issuer
  optional block: access_config
    optional computed string: authentication_mode
    optional bool: bootstrap_cluster_creator_admin_permissions^
  optional block: compute_config
    optional computed bool: enabled
    optional set(string): node_pools
    optional string: node_role_arn
  optional block: control_plane_scaling_config
    optional computed string: tier
  optional block: encryption_config
    required set(string): resources
    required block: provider
      required string: key_arn
  optional block: kubernetes_network_config
    optional computed string: ip_family^ service_ipv4_cidr^
    computed string: service_ipv6_cidr
    optional block: elastic_load_balancing
      optional computed bool: enabled
  optional block: outpost_config
    required string: control_plane_instance_type^
    required set(string): outpost_arns^
    optional block: control_plane_placement
      required string: group_name^
  optional block: remote_network_config
    required block: remote_node_networks
      optional set(string): cidrs
    optional block: remote_pod_networks
      optional set(string): cidrs
  optional block: storage_config
    optional block: block_storage
      optional computed bool: enabled
  optional block: upgrade_policy
    optional computed string: support_type
  required block: vpc_config
    required set(string): subnet_ids
    optional bool: endpoint_private_access endpoint_public_access
    optional computed set(string): public_access_cidrs
    optional set(string): security_group_ids
    computed string: cluster_security_group_id vpc_id
  optional block: zonal_shift_config
    optional bool: enabled
  timeouts: create update delete

resource aws_eks_node_group
  value id = {cluster_name}:{node_group_name}
  value arn = arn:aws:eks:eu-central-1:{account}:nodegroup/{cluster_name}/{node_group_name}/{uuid}
  required string: cluster_name^ node_role_arn^
  required set(string): subnet_ids^
  optional bool: force_update_version
  optional map(string): labels tags
  optional computed string: ami_type^ capacity_type^ id node_group_name^ node_group_name_prefix^ region^ release_version version
  optional computed number: disk_size^
  optional computed list(string): instance_types^
  optional computed map(string): tags_all
  computed string: arn status
  computed list(object): resources
    string: remote_access_security_group_id
    list(object): autoscaling_groups
      string: name
  optional block: launch_template
    required string: version
    optional computed string: id^ name^
  optional block: node_repair_config
    optional bool: enabled
    optional number: max_parallel_nodes_repaired_count max_parallel_nodes_repaired_percentage
    optional number: max_unhealthy_node_threshold_count max_unhealthy_node_threshold_percentage
    optional blocks: node_repair_config_overrides
      required number: min_repair_wait_time_mins
      required string: node_monitoring_condition node_unhealthy_reason repair_action
  optional block: remote_access
    optional string: ec2_ssh_key^
    optional set(string): source_security_group_ids^
  required block: scaling_config
    required number: desired_size max_size min_size
  optional block-set: taint
    required string: effect key
    optional string: value
  optional block: update_config
    optional number: max_unavailable max_unavailable_percentage
  timeouts: create update delete

resource aws_eks_addon
  value id = {cluster_name}:{addon_name}
  required string: addon_name^ cluster_name^
  optional string: resolve_conflicts_on_create resolve_conflicts_on_update service_account_role_arn
  optional bool: preserve
  optional map(string): tags
  optional computed string: addon_version configuration_values id region^
  optional computed map(string): tags_all
  computed string: arn created_at modified_at
  optional block-set: pod_identity_association
    required string: role_arn service_account
  timeouts: create update delete

resource aws_eks_access_entry
  value id = {cluster_name}:{principal_arn}
  required string: cluster_name^ principal_arn^
  optional string: type^
  optional map(string): tags
  optional computed string: id region^ user_name
  optional computed set(string): kubernetes_groups
  optional computed map(string): tags_all
  computed string: access_entry_arn created_at modified_at
  timeouts: create delete

resource aws_eks_access_policy_association
  value id = {cluster_name}#{principal_arn}#{policy_arn}
  required string: cluster_name^ policy_arn^ principal_arn^
  optional computed string: id region^
  computed string: associated_at modified_at
  required block: access_scope
    required string: type^
    optional set(string): namespaces^
  timeouts: create delete

resource aws_eks_pod_identity_association
  value id = a-{hash:17}
  value association_id = a-{hash:17}
  required string: cluster_name^ namespace^ role_arn service_account^
  optional string: target_role_arn
  optional map(string): tags
  optional computed string: region^
  optional computed bool: disable_session_tags
  computed string: association_arn association_id external_id id
  computed map(string): tags_all
`;

export const network = `
resource google_compute_network
  value id = projects/{project}/global/networks/{name}
  value self_link = https://www.googleapis.com/compute/v1/projects/{project}/global/networks/{name}
  required string: name^
  optional string: description^ network_firewall_policy_enforcement_order network_profile^
  optional bool: auto_create_subnetworks^ delete_default_routes_on_create enable_ula_internal_ipv6
  optional computed string: bgp_best_path_selection_mode bgp_inter_region_cost id internal_ipv6_range^ project^ routing_mode
  optional computed bool: bgp_always_compare_med
  optional computed number: mtu^
  computed string: gateway_ipv4 network_id numeric_id self_link
  optional block: params
    optional map(string): resource_manager_tags^
  timeouts: create update delete

resource google_compute_subnetwork
  value id = projects/{project}/regions/{region}/subnetworks/{name}
  value self_link = https://www.googleapis.com/compute/v1/projects/{project}/regions/{region}/subnetworks/{name}
  required string: name^ network^
  optional string: description^ ip_collection^ ipv6_access_type reserved_internal_range^ role
  optional bool: send_secondary_ip_range_if_empty
  optional computed bool: enable_flow_logs private_ip_google_access
  optional computed string: external_ipv6_prefix^ id ip_cidr_range private_ipv6_google_access project^ purpose^ region^ stack_type
  computed string: creation_timestamp fingerprint gateway_address internal_ipv6_prefix ipv6_cidr_range ipv6_gce_endpoint
  computed string: self_link state
  computed number: subnetwork_id
  optional block: log_config
    optional string: aggregation_interval filter_expr metadata
    optional number: flow_sampling
    optional set(string): metadata_fields
  optional block: params
    optional map(string): resource_manager_tags^
  optional blocks: secondary_ip_range
    required string: range_name
    optional string: reserved_internal_range
    optional computed string: ip_cidr_range
  timeouts: create update delete

resource google_compute_router
  value id = projects/{project}/regions/{region}/routers/{name}
  required string: name^ network^
  optional string: description
  optional bool: encrypted_interconnect_router^
  optional computed string: id project^ region^
  computed string: creation_timestamp self_link
  optional block: bgp
    required number: asn
    optional string: advertise_mode
    optional number: keepalive_interval
    optional list(string): advertised_groups
    optional computed string: identifier_range
    optional blocks: advertised_ip_ranges
      required string: range
      optional string: description
  optional block: md5_authentication_keys
    required string: key name
  timeouts: create update delete

resource google_compute_router_nat
  value id = {project}/{region}/{router}/{name}
  required string: name^ router^ source_subnetwork_ip_ranges_to_nat
  optional string: nat_ip_allocate_option source_subnetwork_ip_ranges_to_nat64 type^
  optional number: icmp_idle_timeout_sec max_ports_per_vm tcp_established_idle_timeout_sec tcp_time_wait_timeout_sec
  optional number: tcp_transitory_idle_timeout_sec udp_idle_timeout_sec
  optional set(string): initial_nat_ips^
  optional computed string: auto_network_tier id project^ region^
  optional computed number: min_ports_per_vm
  optional computed bool: enable_dynamic_port_allocation enable_endpoint_independent_mapping
  optional computed list(string): endpoint_types^
  optional computed set(string): drain_nat_ips nat_ips
  optional block: log_config
    required bool: enable
    required string: filter
  optional block-set: nat64_subnetwork
    required string: name
  optional block-set: rules
    required string: match
    required number: rule_number
    optional string: description
    optional block: action
      optional set(string): source_nat_active_ips source_nat_active_ranges source_nat_drain_ips source_nat_drain_ranges
  optional block-set: subnetwork
    required string: name
    required set(string): source_ip_ranges_to_nat
    optional set(string): secondary_ip_range_names
  timeouts: create update delete

resource google_compute_firewall
  value id = projects/{project}/global/firewalls/{name}
  required string: name^ network^
  optional string: description
  optional bool: disabled
  optional number: priority
  optional set(string): source_ranges source_service_accounts source_tags target_service_accounts target_tags
  optional computed string: direction^ id project^
  optional computed deprecated bool: enable_logging
  optional computed set(string): destination_ranges
  computed string: creation_timestamp self_link
  optional block-set: allow deny
    required string: protocol
    optional list(string): ports
  optional block: log_config
    required string: metadata
  optional block: params
    optional map(string): resource_manager_tags
  timeouts: create update delete

resource google_compute_global_address
  value id = projects/{project}/global/addresses/{name}
  value self_link = https://www.googleapis.com/compute/v1/projects/{project}/global/addresses/{name}
  required string: name^
  optional string: address_type^ description^ ip_version^ network^ purpose^
  optional map(string): labels
  optional computed string: address^ id project^
  optional computed number: prefix_length^
  computed string: creation_timestamp label_fingerprint self_link
  computed map(string): effective_labels terraform_labels
  timeouts: create update delete

resource google_service_networking_connection
  value id = {network}:servicenetworking.googleapis.com
  required string: network^ service^
  required list(string): reserved_peering_ranges
  optional string: deletion_policy
  optional bool: update_on_creation_fail
  optional computed string: id
  computed string: peering
  timeouts: create update delete
`;

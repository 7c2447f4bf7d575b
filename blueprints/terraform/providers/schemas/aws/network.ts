export const network = `
resource aws_vpc
  value id = vpc-{hash:17}
  value arn = arn:aws:ec2:eu-central-1:{account}:vpc/vpc-{hash:17}
  value default_security_group_id = sg-{hash:17}
  optional bool: assign_generated_ipv6_cidr_block enable_dns_support
  optional string: instance_tenancy ipv4_ipam_pool_id^ ipv6_ipam_pool_id
  optional number: ipv4_netmask_length^ ipv6_netmask_length
  optional map(string): tags
  optional computed string: cidr_block^ id ipv6_cidr_block ipv6_cidr_block_network_border_group region^
  optional computed bool: enable_dns_hostnames enable_network_address_usage_metrics
  optional computed map(string): tags_all
  computed string: arn default_network_acl_id default_route_table_id default_security_group_id dhcp_options_id
  computed string: ipv6_association_id main_route_table_id owner_id

resource aws_subnet
  value id = subnet-{hash:17}
  value arn = arn:aws:ec2:eu-central-1:{account}:subnet/subnet-{hash:17}
  required string: vpc_id^
  optional string: cidr_block^ customer_owned_ipv4_pool ipv6_cidr_block outpost_arn^
  optional bool: assign_ipv6_address_on_creation enable_dns64 enable_resource_name_dns_a_record_on_launch
  optional bool: enable_resource_name_dns_aaaa_record_on_launch ipv6_native^ map_customer_owned_ip_on_launch map_public_ip_on_launch
  optional number: enable_lni_at_device_index
  optional map(string): tags
  optional computed string: availability_zone^ availability_zone_id^ id private_dns_hostname_type_on_launch region^
  optional computed map(string): tags_all
  computed string: arn ipv6_cidr_block_association_id owner_id
  timeouts: create delete

resource aws_internet_gateway
  value id = igw-{hash:17}
  optional map(string): tags
  optional computed string: id region^ vpc_id
  optional computed map(string): tags_all
  computed string: arn owner_id
  timeouts: create update delete

resource aws_nat_gateway
  value id = nat-{hash:17}
  optional string: allocation_id connectivity_type^ subnet_id^
  optional map(string): tags
  optional computed string: availability_mode^ id private_ip^ region^ vpc_id^
  optional computed number: secondary_private_ip_address_count
  optional computed set(string): secondary_allocation_ids secondary_private_ip_addresses
  optional computed map(string): tags_all
  computed string: association_id auto_provision_zones auto_scaling_ips network_interface_id public_ip
  computed string: regional_nat_gateway_auto_mode route_table_id
  computed set(object): regional_nat_gateway_address
    string: allocation_id association_id availability_zone availability_zone_id network_interface_id public_ip status
  optional block-set: availability_zone_address
    optional set(string): allocation_ids
    optional string: availability_zone
    optional computed string: availability_zone_id
  timeouts: create update delete

resource aws_eip
  value id = eipalloc-{hash:17}
  value allocation_id = eipalloc-{hash:17}
  optional string: address^ associate_with_private_ip customer_owned_ipv4_pool^
  optional map(string): tags
  optional computed string: domain^ id instance ipam_pool_id^ network_border_group^ network_interface public_ipv4_pool^ region^
  optional computed map(string): tags_all
  computed string: allocation_id arn association_id carrier_ip customer_owned_ip private_dns private_ip ptr_record public_dns
  computed string: public_ip
  timeouts: read update delete

resource aws_route_table
  value id = rtb-{hash:17}
  required string: vpc_id^
  optional map(string): tags
  optional computed string: id region^
  optional computed set(string): propagating_vgws
  optional computed map(string): tags_all
  computed string: arn owner_id
  optional computed set(object): route
    string: carrier_gateway_id cidr_block core_network_arn destination_prefix_list_id egress_only_gateway_id gateway_id
    string: ipv6_cidr_block local_gateway_id nat_gateway_id network_interface_id transit_gateway_id vpc_endpoint_id
    string: vpc_peering_connection_id
  timeouts: create update delete

resource aws_route
  value id = r-{hash:12}
  required string: route_table_id^
  optional string: carrier_gateway_id core_network_arn destination_cidr_block^ destination_ipv6_cidr_block^
  optional string: destination_prefix_list_id^ egress_only_gateway_id gateway_id local_gateway_id nat_gateway_id
  optional string: transit_gateway_id vpc_endpoint_id vpc_peering_connection_id
  optional computed string: id network_interface_id region^
  computed string: instance_id instance_owner_id origin state
  timeouts: create update delete

resource aws_route_table_association
  value id = rtbassoc-{hash:17}
  required string: route_table_id
  optional string: gateway_id^ subnet_id^
  optional computed string: id region^
  timeouts: create update delete

resource aws_default_security_group
  value id = sg-{hash:17}
  optional bool: revoke_rules_on_delete
  optional map(string): tags
  optional computed string: id region^ vpc_id^
  optional computed map(string): tags_all
  computed string: arn description name name_prefix owner_id
  optional computed set(object): egress ingress
    string: description protocol
    number: from_port to_port
    bool: self
    list(string): cidr_blocks ipv6_cidr_blocks prefix_list_ids
    set(string): security_groups

resource aws_security_group
  value id = sg-{hash:17}
  value arn = arn:aws:ec2:eu-central-1:{account}:security-group/sg-{hash:17}
  optional string: description^
  optional bool: revoke_rules_on_delete
  optional map(string): tags
  optional computed string: id name^ name_prefix^ region^ vpc_id^
  optional computed map(string): tags_all
  computed string: arn owner_id
  optional computed set(object): egress ingress
    string: description protocol
    number: from_port to_port
    bool: self
    list(string): cidr_blocks ipv6_cidr_blocks prefix_list_ids
    set(string): security_groups
  timeouts: create delete

resource aws_vpc_security_group_ingress_rule
  value id = sgr-{hash:17}
  required string: ip_protocol security_group_id^
  optional string: cidr_ipv4 cidr_ipv6 description prefix_list_id referenced_security_group_id
  optional number: from_port to_port
  optional map(string): tags
  optional computed string: region^
  computed string: arn id security_group_rule_id
  computed map(string): tags_all

resource aws_vpc_endpoint
  value id = vpce-{hash:17}
  required string: vpc_id^
  optional string: resource_configuration_arn^ service_name^ service_network_arn^ vpc_endpoint_type^
  optional bool: auto_accept
  optional map(string): tags
  optional computed string: id ip_address_type policy region^ service_region^
  optional computed bool: private_dns_enabled
  optional computed set(string): route_table_ids security_group_ids subnet_ids
  optional computed map(string): tags_all
  computed string: arn owner_id prefix_list_id state
  computed bool: requester_managed
  computed list(string): cidr_blocks
  computed set(string): network_interface_ids
  computed list(object): dns_entry
    string: dns_name hosted_zone_id
  optional block: dns_options
    optional computed string: dns_record_ip_type
    optional bool: private_dns_only_for_inbound_resolver_endpoint
  optional block-set: subnet_configuration
    optional string: ipv4 ipv6 subnet_id
  timeouts: create update delete

resource aws_flow_log
  value id = fl-{hash:17}
  optional string: deliver_cross_account_role^ eni_id^ iam_role_arn^ log_destination_type^ regional_nat_gateway_id^ subnet_id^
  optional string: traffic_type^ transit_gateway_attachment_id^ transit_gateway_id^ vpc_id^
  optional number: max_aggregation_interval^
  optional map(string): tags
  optional computed string: id log_destination^ log_format^ region^
  optional computed map(string): tags_all
  computed string: arn
  optional block: destination_options
    optional string: file_format^
    optional bool: hive_compatible_partitions^ per_hour_partition^

resource aws_cloudwatch_log_group
  value id = {name}
  value arn = arn:aws:logs:eu-central-1:{account}:log-group:{name}
  optional string: kms_key_id
  optional number: retention_in_days
  optional bool: skip_destroy
  optional map(string): tags
  optional computed string: id log_group_class^ name^ name_prefix^ region^
  optional computed bool: deletion_protection_enabled
  optional computed map(string): tags_all
  computed string: arn
`;

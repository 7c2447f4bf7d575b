export const network = `
resource azurerm_virtual_network
  value id = @group/Microsoft.Network/virtualNetworks/{name}
  required string: name^ location^ resource_group_name^
  optional string: bgp_community edge_zone^ private_endpoint_vnet_policies
  optional number: flow_timeout_in_minutes
  optional set(string): address_space
  optional computed list(string): dns_servers
  optional map(string): tags
  computed string: guid
  optional computed string: id
  optional computed set(object): subnet
    string: id name private_endpoint_network_policies route_table_id security_group
    bool: default_outbound_access_enabled private_link_service_network_policies_enabled
    list(string): address_prefixes
    set(string): service_endpoint_policy_ids service_endpoints
    list(object): delegation
      string: name
      list(object): service_delegation
        string: name
        set(string): actions
  optional block: ddos_protection_plan
    required string: id
    required bool: enable
  optional block: encryption
    required string: enforcement
  optional blocks: ip_address_pool
    required string: id number_of_ip_addresses
    computed list(string): allocated_ip_address_prefixes
  timeouts: create read update delete

resource azurerm_subnet
  value id = @group/Microsoft.Network/virtualNetworks/{virtual_network_name}/subnets/{name}
  required string: name^ resource_group_name^ virtual_network_name^
  optional string: private_endpoint_network_policies sharing_scope
  optional bool: default_outbound_access_enabled private_link_service_network_policies_enabled
  optional list(string): address_prefixes
  optional set(string): service_endpoints service_endpoint_policy_ids
  optional computed string: id
  optional blocks: delegation
    required string: name
    required block: service_delegation
      required string: name
      optional set(string): actions
  optional block: ip_address_pool
    required string: id number_of_ip_addresses
    computed list(string): allocated_ip_address_prefixes
  timeouts: create read update delete

resource azurerm_virtual_network_dns_servers
  value id = {virtual_network_id}/dnsServers/default
  required string: virtual_network_id^
  optional list(string): dns_servers
  optional computed string: id
  timeouts: create read update delete

resource azurerm_virtual_network_peering
  value id = @group/Microsoft.Network/virtualNetworks/{virtual_network_name}/virtualNetworkPeerings/{name}
  required string: name^ resource_group_name^ virtual_network_name^ remote_virtual_network_id^
  optional bool: allow_forwarded_traffic allow_gateway_transit allow_virtual_network_access only_ipv6_peering_enabled^
  optional bool: peer_complete_virtual_networks_enabled^ use_remote_gateways
  optional list(string): local_subnet_names remote_subnet_names
  optional map(string): triggers
  optional computed string: id
  timeouts: create read update delete

resource azurerm_network_security_group
  value id = @group/Microsoft.Network/networkSecurityGroups/{name}
  required string: name^ location^ resource_group_name^
  optional map(string): tags
  optional computed string: id
  optional computed set(object): security_rule
    string: access description destination_address_prefix destination_port_range direction name protocol
    string: source_address_prefix source_port_range
    number: priority
    set(string): destination_address_prefixes destination_application_security_group_ids destination_port_ranges
    set(string): source_address_prefixes source_application_security_group_ids source_port_ranges
  timeouts: create read update delete

resource azurerm_network_security_rule
  value id = @group/Microsoft.Network/networkSecurityGroups/{network_security_group_name}/securityRules/{name}
  required string: name^ resource_group_name^ network_security_group_name^ access direction protocol
  required number: priority
  optional string: description destination_address_prefix destination_port_range source_address_prefix source_port_range
  optional set(string): destination_address_prefixes destination_application_security_group_ids destination_port_ranges
  optional set(string): source_address_prefixes source_application_security_group_ids source_port_ranges
  optional computed string: id
  timeouts: create read update delete

resource azurerm_subnet_network_security_group_association
  value id = {subnet_id}
  required string: subnet_id^ network_security_group_id^
  optional computed string: id
  timeouts: create read delete

resource azurerm_route_table
  value id = @group/Microsoft.Network/routeTables/{name}
  required string: name^ location^ resource_group_name^
  optional bool: bgp_route_propagation_enabled
  optional map(string): tags
  optional computed string: id
  computed set(string): subnets
  optional computed set(object): route
    string: address_prefix name next_hop_in_ip_address next_hop_type
  timeouts: create read update delete

resource azurerm_route
  value id = @group/Microsoft.Network/routeTables/{route_table_name}/routes/{name}
  required string: name^ resource_group_name^ route_table_name^ address_prefix next_hop_type
  optional string: next_hop_in_ip_address
  optional computed string: id
  timeouts: create read update delete

resource azurerm_subnet_route_table_association
  value id = {subnet_id}
  required string: subnet_id^ route_table_id^
  optional computed string: id
  timeouts: create read delete

resource azurerm_public_ip
  value id = @group/Microsoft.Network/publicIPAddresses/{name}
  required string: name^ location^ resource_group_name^ allocation_method
  optional string: ddos_protection_mode ddos_protection_plan_id domain_name_label domain_name_label_scope^ edge_zone^
  optional string: ip_version^ public_ip_prefix_id^ reverse_fqdn sku^ sku_tier^
  optional number: idle_timeout_in_minutes
  optional map(string): ip_tags^ tags
  optional set(string): zones^
  optional computed string: id
  computed string: fqdn ip_address
  timeouts: create read update delete

resource azurerm_private_dns_zone
  value id = @group/Microsoft.Network/privateDnsZones/{name}
  required string: name^ resource_group_name^
  optional map(string): tags
  optional computed string: id
  computed number: max_number_of_record_sets max_number_of_virtual_network_links
  computed number: max_number_of_virtual_network_links_with_registration number_of_record_sets
  optional block: soa_record
    required string: email
    optional number: expire_time minimum_ttl refresh_time retry_time ttl
    optional map(string): tags
    computed string: fqdn host_name
    computed number: serial_number
  timeouts: create read update delete

resource azurerm_private_dns_zone_virtual_network_link
  value id = @group/Microsoft.Network/privateDnsZones/{private_dns_zone_name}/virtualNetworkLinks/{name}
  required string: name^ resource_group_name^ private_dns_zone_name^ virtual_network_id^
  optional bool: registration_enabled
  optional map(string): tags
  optional computed string: id resolution_policy
  timeouts: create read update delete

resource azurerm_private_endpoint
  value id = @group/Microsoft.Network/privateEndpoints/{name}
  required string: name^ location^ resource_group_name^ subnet_id^
  optional string: custom_network_interface_name^
  optional map(string): tags
  optional computed string: id
  computed list(object): custom_dns_configs
    string: fqdn
    list(string): ip_addresses
  computed list(object): network_interface
    string: id name
  computed list(object): private_dns_zone_configs
    string: id name private_dns_zone_id
    list(object): record_sets
      string: fqdn name type
      number: ttl
      list(string): ip_addresses
  optional blocks: ip_configuration
    required string: name^ private_ip_address^
    optional string: subresource_name^
    optional computed string: member_name^
  optional block: private_dns_zone_group
    required string: name
    required list(string): private_dns_zone_ids
    computed string: id
  required block: private_service_connection
    required string: name^
    required bool: is_manual_connection^
    optional string: private_connection_resource_alias^ private_connection_resource_id^ request_message
    optional list(string): subresource_names^
    computed string: private_ip_address
  timeouts: create read update delete
`;

export const firewall = `
resource azurerm_firewall
  value id = @group/Microsoft.Network/azureFirewalls/{name}
  value ip_configuration.private_ip_address = 10.0.0.4
  required string: name^ location^ resource_group_name^ sku_name^ sku_tier
  optional string: firewall_policy_id
  optional list(string): dns_servers
  optional set(string): private_ip_ranges zones^
  optional map(string): tags
  optional computed string: id threat_intel_mode
  optional computed bool: dns_proxy_enabled
  optional blocks: ip_configuration
    required string: name
    optional string: public_ip_address_id subnet_id^
    computed string: private_ip_address
  optional block: management_ip_configuration
    required string: name public_ip_address_id subnet_id^
    computed string: private_ip_address
  optional block: virtual_hub
    required string: virtual_hub_id
    optional number: public_ip_count
    computed string: private_ip_address
    computed list(string): public_ip_addresses
  timeouts: create read update delete

resource azurerm_firewall_policy
  value id = @group/Microsoft.Network/firewallPolicies/{name}
  required string: name^ location^ resource_group_name^
  optional string: base_policy_id sku^ threat_intelligence_mode
  optional bool: auto_learn_private_ranges_enabled sql_redirect_allowed
  optional list(string): private_ip_ranges
  optional map(string): tags
  optional computed string: id
  computed list(string): child_policies firewalls rule_collection_groups
  optional block: dns
    optional bool: proxy_enabled
    optional list(string): servers
  optional block: explicit_proxy
    optional bool: enabled enable_pac_file
    optional number: http_port https_port pac_file_port
    optional string: pac_file
  optional block: identity
    required string: type
    optional set(string): identity_ids
    computed string: principal_id tenant_id
  optional block: insights
    required string: default_log_analytics_workspace_id
    required bool: enabled
    optional number: retention_in_days
    optional blocks: log_analytics_workspace
      required string: id firewall_location
  optional block: intrusion_detection
    optional string: mode
    optional list(string): private_ranges
    optional blocks: signature_overrides
      optional string: id state
    optional blocks: traffic_bypass
      required string: name protocol
      optional string: description
      optional set(string): destination_addresses destination_ip_groups destination_ports source_addresses source_ip_groups
  optional block: threat_intelligence_allowlist
    optional set(string): fqdns ip_addresses
  optional block: tls_certificate
    required string: name key_vault_secret_id
  timeouts: create read update delete

resource azurerm_firewall_policy_rule_collection_group
  value id = {firewall_policy_id}/ruleCollectionGroups/{name}
  required string: name^ firewall_policy_id^
  required number: priority
  optional computed string: id
  optional blocks: application_rule_collection
    required string: name action
    required number: priority
    required blocks: rule
      required string: name
      optional string: description
      optional bool: terminate_tls
      optional list(string): destination_addresses destination_fqdns destination_fqdn_tags destination_urls
      optional list(string): source_addresses source_ip_groups web_categories
      optional blocks: http_headers
        required string: name value
      optional blocks: protocols
        required string: type
        required number: port
  optional blocks: nat_rule_collection
    required string: name action
    required number: priority
    required blocks: rule
      required string: name
      required number: translated_port
      required list(string): protocols
      optional string: description destination_address translated_address translated_fqdn
      optional list(string): destination_ports source_addresses source_ip_groups
  optional blocks: network_rule_collection
    required string: name action
    required number: priority
    required blocks: rule
      required string: name
      required list(string): destination_ports protocols
      optional string: description
      optional list(string): destination_addresses destination_fqdns destination_ip_groups source_addresses source_ip_groups
  timeouts: create read update delete
`;

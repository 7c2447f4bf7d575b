export const nat = `
resource azurerm_nat_gateway
  value id = @group/Microsoft.Network/natGateways/{name}
  required string: name^ location^ resource_group_name^
  optional string: sku_name
  optional number: idle_timeout_in_minutes
  optional set(string): zones^
  optional map(string): tags
  optional computed string: id
  computed string: resource_guid
  timeouts: create read update delete

resource azurerm_nat_gateway_public_ip_association
  value id = {nat_gateway_id}|{public_ip_address_id}
  required string: nat_gateway_id^ public_ip_address_id^
  optional computed string: id
  timeouts: create read delete

resource azurerm_subnet_nat_gateway_association
  value id = {subnet_id}
  required string: nat_gateway_id^ subnet_id^
  optional computed string: id
  timeouts: create read delete
`;

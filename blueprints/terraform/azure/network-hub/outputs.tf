output "virtual_network_id" {
  description = "The resource ID of the network."
  value       = azurerm_virtual_network.this.id
}

output "virtual_network_name" {
  description = "The name of the network."
  value       = azurerm_virtual_network.this.name
}

output "subnet_ids" {
  description = "The resource IDs of the subnets, by the names that they have in `subnets`. They are known when the security groups are in force."
  value       = { for name, subnet in azurerm_subnet.this : name => subnet.id }
  depends_on  = [azurerm_subnet_network_security_group_association.this, azurerm_subnet_route_table_association.this]
}

output "firewall_private_ip" {
  description = "The address that routes and DNS settings of peered networks point to."
  value       = azurerm_firewall.this.ip_configuration[0].private_ip_address
}

output "firewall_public_ip" {
  description = "The address that everything that goes out comes from."
  value       = azurerm_public_ip.firewall.ip_address
}

output "firewall_policy_id" {
  description = "The policy of the firewall, for rule collections of others."
  value       = azurerm_firewall_policy.this.id
}

output "private_dns_zone_ids" {
  description = "The resource IDs of the private DNS zones, by name."
  value       = { for name, zone in azurerm_private_dns_zone.this : name => zone.id }
}

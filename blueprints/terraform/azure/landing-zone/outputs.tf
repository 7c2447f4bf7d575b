output "management_group_ids" {
  description = "The resource IDs of the management groups, by name; empty without `governance`."
  value       = var.governance == null ? tomap({}) : tomap(module.governance[0].management_group_ids)
}

output "resource_group_names" {
  description = "The names of the resource groups for management, connectivity and security."
  value       = { for part, group in azurerm_resource_group.this : part => group.name }
}

output "log_analytics_workspace_id" {
  description = "The workspace that all other modules take."
  value       = module.logs.workspace_id
}

output "virtual_network_id" {
  description = "The hub that spokes are peered with."
  value       = module.hub.virtual_network_id
}

output "subnet_ids" {
  description = "The resource IDs of the subnets of the hub, by name; endpoints is the one of the private endpoints."
  value       = module.hub.subnet_ids
}

output "private_dns_zone_ids" {
  description = "The resource IDs of the private DNS zones, by name."
  value       = module.hub.private_dns_zone_ids
}

output "firewall_private_ip" {
  description = "The address that routes and DNS settings of spokes point to."
  value       = module.hub.firewall_private_ip
}

output "key_vault_id" {
  description = "The resource ID of the vault."
  value       = module.vault.key_vault_id
}

output "state_backend" {
  description = "What the backend azurerm takes, but for `container_name` and `key`."
  value       = module.state.backend
}

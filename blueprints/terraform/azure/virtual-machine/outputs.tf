output "virtual_machine_id" {
  description = "The resource ID of the machine."
  value       = azurerm_linux_virtual_machine.this.id
}

output "private_ip_address" {
  description = "The address of the machine in its subnet."
  value       = azurerm_network_interface.this.private_ip_address
}

output "identity_principal_id" {
  description = "The object ID of the machine's identity, for its rights."
  value       = azurerm_linux_virtual_machine.this.identity[0].principal_id
}

output "data_disk_ids" {
  description = "The resource IDs of the data disks, by name."
  value       = { for name, disk in azurerm_managed_disk.this : name => disk.id }
}

output "virtual_machine_id" {
  description = "The resource ID of the machine."
  value       = azurerm_windows_virtual_machine.this.id
}

output "computer_name" {
  description = "The name of the machine in Windows; clients print to \\\\NAME\\QUEUE."
  value       = azurerm_windows_virtual_machine.this.computer_name
}

output "private_ip_address" {
  description = "The address of the machine in its subnet."
  value       = azurerm_network_interface.this.private_ip_address
}

output "queues" {
  description = "The shares that clients print to, by the name of the printer."
  value       = { for name in keys(var.printers) : name => "\\\\${azurerm_windows_virtual_machine.this.computer_name}\\${name}" }
}

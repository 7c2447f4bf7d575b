provider "azurerm" {
  features {}
}

variables {
  context             = { workload = "print", environment = "prod", location = "westeurope", owner = "workplace@example.com" }
  resource_group_name = "rg-print"
  subnet_id           = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-reports/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-print"
  client_ranges       = ["10.50.0.0/16"]
  admin_password      = "an-example-Only-7391"
  printers            = { "Berlin 2nd floor" = { address = "10.50.2.10" } }
}

run "lets_clients_in_and_nobody_else" {
  assert {
    condition     = keys(azurerm_network_security_rule.inbound) == ["clients"] && azurerm_network_security_rule.inbound["clients"].source_address_prefixes == toset(["10.50.0.0/16"]) && azurerm_network_security_rule.deny.access == "Deny"
    error_message = "others than clients get in"
  }
  assert {
    condition     = azurerm_windows_virtual_machine.this.secure_boot_enabled && azurerm_windows_virtual_machine.this.encryption_at_host_enabled && azurerm_network_interface.this.ip_configuration[0].public_ip_address_id == null
    error_message = "the machine is not hardened, or public"
  }
  assert {
    condition     = strcontains(azurerm_virtual_machine_run_command.queues.source[0].script, base64encode(jsonencode(var.printers))) && strcontains(azurerm_virtual_machine_run_command.queues.source[0].script, "RestrictDriverInstallationToAdministrators")
    error_message = "the script does not make the queues, or leaves the spooler open"
  }
  assert {
    condition     = length(azurerm_windows_virtual_machine.this.computer_name) <= 15 && output.queues["Berlin 2nd floor"] == "\\\\${output.computer_name}\\Berlin 2nd floor" && length(azurerm_virtual_machine_extension.domain) == 0
    error_message = "names are wrong: ${jsonencode(output.queues)}"
  }
}

run "joins_a_domain" {
  command = plan
  variables {
    admin_ranges = ["10.0.3.0/26"]
    domain       = { name = "corp.example.com", username = "join@corp.example.com", password = "an-example-Only-7391" }
  }
  assert {
    condition     = jsondecode(azurerm_virtual_machine_extension.domain[0].settings).Options == "3" && !strcontains(azurerm_virtual_machine_extension.domain[0].settings, "an-example-Only-7391")
    error_message = "the machine does not join, or its settings show the password"
  }
  assert {
    condition     = azurerm_network_security_rule.inbound["administrators"].destination_port_ranges == toset(["3389"])
    error_message = "administrators cannot sign in"
  }
}

run "refuses_the_internet_and_what_does_not_fit" {
  command = plan
  variables {
    subnet_id      = "snet-print"
    client_ranges  = ["0.0.0.0/0"]
    admin_ranges   = ["203.0.113.0/24"]
    admin_password = "password"
    printers       = { "a; Remove-Item C:" = { address = "10.50.2.10" } }
    spool_disk_gb  = 1
  }
  expect_failures = [var.subnet_id, var.client_ranges, var.admin_ranges, var.admin_password, var.printers, var.spool_disk_gb]
}

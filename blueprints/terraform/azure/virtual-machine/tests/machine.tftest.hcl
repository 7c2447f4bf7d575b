provider "azurerm" {
  features {}
}

variables {
  context             = { workload = "shop", environment = "prod", location = "westeurope", owner = "shop@example.com" }
  resource_group_name = "rg-shop"
  subnet_id           = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-shop"
  ssh_public_key      = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleEx admin@example.com"
}

run "is_hardened" {
  assert {
    condition     = azurerm_linux_virtual_machine.this.secure_boot_enabled && azurerm_linux_virtual_machine.this.vtpm_enabled && azurerm_linux_virtual_machine.this.encryption_at_host_enabled
    error_message = "the machine boots anything, or writes in clear"
  }
  assert {
    condition     = azurerm_linux_virtual_machine.this.disable_password_authentication && azurerm_network_interface.this.ip_configuration[0].public_ip_address_id == null
    error_message = "there is a password or a public address"
  }
  assert {
    condition     = azurerm_linux_virtual_machine.this.patch_mode == "AutomaticByPlatform" && azurerm_virtual_machine_extension.login.type == "AADSSHLoginForLinux" && azurerm_linux_virtual_machine.this.source_image_reference[0].offer == "ubuntu-24_04-lts"
    error_message = "patches, login or image are wrong"
  }
}

run "takes_disks_a_key_and_an_image_of_ones_own" {
  command = plan
  variables {
    data_disks             = { data = { lun = 0, size_gb = 256 } }
    disk_encryption_set_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/diskEncryptionSets/des"
    image                  = { id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0" }
    cloud_init             = "#cloud-config\npackages: [nginx]\n"
    login                  = { operators = { principal_id = "11111111-1111-4111-8111-111111111111", administrator = true } }
  }
  assert {
    condition     = azurerm_managed_disk.this["data"].network_access_policy == "DenyAll" && azurerm_managed_disk.this["data"].disk_encryption_set_id == var.disk_encryption_set_id && azurerm_linux_virtual_machine.this.os_disk[0].disk_encryption_set_id == var.disk_encryption_set_id
    error_message = "a disk can be reached from outside, or is not under the key"
  }
  assert {
    condition     = length(azurerm_linux_virtual_machine.this.source_image_reference) == 0 && azurerm_role_assignment.login["operators"].role_definition_name == "Virtual Machine Administrator Login"
    error_message = "image or login are not those that were asked for"
  }
}

run "refuses_what_does_not_fit" {
  command = plan
  variables {
    subnet_id      = "snet-shop"
    ssh_public_key = "-----BEGIN OPENSSH PRIVATE KEY-----"
    zone           = "4"
    data_disks     = { a = { lun = 0, size_gb = 1 }, b = { lun = 0, size_gb = 1 } }
    cloud_init     = "packages: [nginx]"
  }
  expect_failures = [var.subnet_id, var.ssh_public_key, var.zone, var.data_disks, var.cloud_init]
}

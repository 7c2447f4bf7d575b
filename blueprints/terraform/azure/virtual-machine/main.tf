module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  suffix = module.naming.suffix
  tags   = module.naming.tags
}

resource "azurerm_network_interface" "this" {
  name                = "nic-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  tags                = local.tags

  ip_configuration {
    name                          = "internal"
    subnet_id                     = var.subnet_id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_linux_virtual_machine" "this" {
  name                            = "vm-${local.suffix}"
  computer_name                   = "vm-${module.naming.short}"
  resource_group_name             = var.resource_group_name
  location                        = var.context.location
  zone                            = var.zone
  size                            = var.size
  network_interface_ids           = [azurerm_network_interface.this.id]
  admin_username                  = "azureadmin"
  disable_password_authentication = true
  encryption_at_host_enabled      = true
  secure_boot_enabled             = true
  vtpm_enabled                    = true
  patch_mode                      = "AutomaticByPlatform"
  patch_assessment_mode           = "AutomaticByPlatform"
  reboot_setting                  = "Never"
  source_image_id                 = var.image.id
  custom_data                     = var.cloud_init == null ? null : base64encode(var.cloud_init)
  tags                            = local.tags

  # Patches that need a reboot wait for the window of a maintenance configuration.
  bypass_platform_safety_checks_on_user_schedule_enabled = true

  admin_ssh_key {
    username   = "azureadmin"
    public_key = var.ssh_public_key
  }

  identity {
    type = "SystemAssigned"
  }

  os_disk {
    name                   = "osdisk-${local.suffix}"
    caching                = "ReadWrite"
    storage_account_type   = var.os_disk.type
    disk_size_gb           = var.os_disk.size_gb
    disk_encryption_set_id = var.disk_encryption_set_id
  }

  dynamic "source_image_reference" {
    for_each = var.image.id == null ? [var.image] : []

    content {
      publisher = source_image_reference.value.publisher
      offer     = source_image_reference.value.offer
      sku       = source_image_reference.value.sku
      version   = source_image_reference.value.version
    }
  }

  # An account of the platform, which keeps the screen for when the machine does not start.
  boot_diagnostics {}
}

resource "azurerm_managed_disk" "this" {
  for_each = var.data_disks

  name                          = "disk-${each.key}-${local.suffix}"
  resource_group_name           = var.resource_group_name
  location                      = var.context.location
  zone                          = var.zone
  create_option                 = "Empty"
  storage_account_type          = each.value.type
  disk_size_gb                  = each.value.size_gb
  disk_encryption_set_id        = var.disk_encryption_set_id
  public_network_access_enabled = false
  network_access_policy         = "DenyAll"
  tags                          = local.tags
}

resource "azurerm_virtual_machine_data_disk_attachment" "this" {
  for_each = var.data_disks

  virtual_machine_id = azurerm_linux_virtual_machine.this.id
  managed_disk_id    = azurerm_managed_disk.this[each.key].id
  lun                = each.value.lun
  caching            = each.value.caching
}

resource "azurerm_virtual_machine_extension" "login" {
  name                       = "AADSSHLoginForLinux"
  virtual_machine_id         = azurerm_linux_virtual_machine.this.id
  publisher                  = "Microsoft.Azure.ActiveDirectory"
  type                       = "AADSSHLoginForLinux"
  type_handler_version       = "1.0"
  auto_upgrade_minor_version = true
  tags                       = local.tags
}

resource "azurerm_virtual_machine_extension" "monitor" {
  name                       = "AzureMonitorLinuxAgent"
  virtual_machine_id         = azurerm_linux_virtual_machine.this.id
  publisher                  = "Microsoft.Azure.Monitor"
  type                       = "AzureMonitorLinuxAgent"
  type_handler_version       = "1.33"
  auto_upgrade_minor_version = true
  automatic_upgrade_enabled  = true
  tags                       = local.tags
}

resource "azurerm_role_assignment" "login" {
  for_each = var.login

  scope                = azurerm_linux_virtual_machine.this.id
  role_definition_name = each.value.administrator ? "Virtual Machine Administrator Login" : "Virtual Machine User Login"
  principal_id         = each.value.principal_id
}

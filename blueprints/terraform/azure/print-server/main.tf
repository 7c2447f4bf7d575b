module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  suffix = module.naming.suffix
  tags   = module.naming.tags

  # What print clients speak: SMB, and RPC with its endpoint mapper.
  rules = merge(
    { clients = { priority = 100, ports = ["135", "445", "49152-65535"], sources = var.client_ranges } },
    length(var.admin_ranges) > 0 ? { administrators = { priority = 110, ports = ["3389"], sources = var.admin_ranges } } : {},
  )
}

resource "azurerm_network_security_group" "this" {
  name                = "nsg-print-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  tags                = local.tags
}

resource "azurerm_network_security_rule" "inbound" {
  for_each = local.rules

  name                        = "allow-${each.key}"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this.name
  priority                    = each.value.priority
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefixes     = each.value.sources
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_ranges     = each.value.ports
}

resource "azurerm_network_security_rule" "deny" {
  name                        = "deny-all-inbound"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_network_interface" "this" {
  name                = "nic-print-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  tags                = local.tags

  ip_configuration {
    name                          = "internal"
    subnet_id                     = var.subnet_id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_network_interface_security_group_association" "this" {
  network_interface_id      = azurerm_network_interface.this.id
  network_security_group_id = azurerm_network_security_group.this.id

  depends_on = [azurerm_network_security_rule.deny]
}

resource "azurerm_windows_virtual_machine" "this" {
  name                       = "vm-print-${local.suffix}"
  computer_name              = substr("prt${substr(module.naming.compact, -6, 6)}${var.context.instance}", 0, 15)
  resource_group_name        = var.resource_group_name
  location                   = var.context.location
  zone                       = var.zone
  size                       = var.size
  network_interface_ids      = [azurerm_network_interface.this.id]
  admin_username             = "azureadmin"
  admin_password             = var.admin_password
  encryption_at_host_enabled = true
  secure_boot_enabled        = true
  vtpm_enabled               = true
  patch_mode                 = "AutomaticByPlatform"
  patch_assessment_mode      = "AutomaticByPlatform"
  hotpatching_enabled        = true
  reboot_setting             = "IfRequired"
  tags                       = local.tags

  identity {
    type = "SystemAssigned"
  }

  os_disk {
    name                 = "osdisk-print-${local.suffix}"
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
  }

  # Hotpatching is for this edition alone.
  source_image_reference {
    publisher = "MicrosoftWindowsServer"
    offer     = "WindowsServer"
    sku       = "2025-datacenter-azure-edition-core"
    version   = "latest"
  }

  boot_diagnostics {}

  lifecycle {
    # It is changed after the first start.
    ignore_changes = [admin_password]
  }

  depends_on = [azurerm_network_interface_security_group_association.this]
}

resource "azurerm_managed_disk" "spool" {
  name                          = "disk-spool-${local.suffix}"
  resource_group_name           = var.resource_group_name
  location                      = var.context.location
  zone                          = var.zone
  create_option                 = "Empty"
  storage_account_type          = "Premium_LRS"
  disk_size_gb                  = var.spool_disk_gb
  public_network_access_enabled = false
  network_access_policy         = "DenyAll"
  tags                          = local.tags
}

resource "azurerm_virtual_machine_data_disk_attachment" "spool" {
  virtual_machine_id = azurerm_windows_virtual_machine.this.id
  managed_disk_id    = azurerm_managed_disk.spool.id
  lun                = 0
  caching            = "ReadOnly"
}

resource "azurerm_virtual_machine_extension" "domain" {
  count = nonsensitive(var.domain == null) ? 0 : 1

  name                       = "JsonADDomainExtension"
  virtual_machine_id         = azurerm_windows_virtual_machine.this.id
  publisher                  = "Microsoft.Compute"
  type                       = "JsonADDomainExtension"
  type_handler_version       = "1.3"
  auto_upgrade_minor_version = true
  tags                       = local.tags

  # 3: join, and make the account of the machine.
  settings = jsonencode({
    Name    = nonsensitive(var.domain.name)
    OUPath  = nonsensitive(var.domain.ou_path)
    User    = nonsensitive(var.domain.username)
    Restart = "true"
    Options = "3"
  })
  protected_settings = jsonencode({ Password = var.domain.password })
}

resource "azurerm_virtual_machine_extension" "monitor" {
  name                       = "AzureMonitorWindowsAgent"
  virtual_machine_id         = azurerm_windows_virtual_machine.this.id
  publisher                  = "Microsoft.Azure.Monitor"
  type                       = "AzureMonitorWindowsAgent"
  type_handler_version       = "1.22"
  auto_upgrade_minor_version = true
  automatic_upgrade_enabled  = true
  tags                       = local.tags
}

resource "azurerm_virtual_machine_run_command" "queues" {
  name               = "print-queues"
  location           = var.context.location
  virtual_machine_id = azurerm_windows_virtual_machine.this.id
  tags               = local.tags

  # The list travels as base64, so that nothing in it is taken for PowerShell.
  source {
    script = join("\n", [
      "$Printers = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${base64encode(jsonencode(var.printers))}')) | ConvertFrom-Json",
      file("${path.module}/spooler.ps1"),
      var.extra_script,
      file("${path.module}/queues.ps1"),
    ])
  }

  depends_on = [azurerm_virtual_machine_data_disk_attachment.spool, azurerm_virtual_machine_extension.domain]
}

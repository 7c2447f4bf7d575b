module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  suffix = module.naming.suffix
  tags   = module.naming.tags
}

resource "azurerm_linux_virtual_machine_scale_set" "this" {
  name                            = "vmss-${local.suffix}"
  computer_name_prefix            = var.context.workload
  resource_group_name             = var.resource_group_name
  location                        = var.context.location
  zones                           = var.zones
  zone_balance                    = length(var.zones) > 0
  sku                             = var.size
  instances                       = coalesce(var.capacity.default, var.capacity.minimum)
  admin_username                  = "azureadmin"
  disable_password_authentication = true
  encryption_at_host_enabled      = true
  secure_boot_enabled             = true
  vtpm_enabled                    = true
  overprovision                   = false
  single_placement_group          = false
  upgrade_mode                    = "Rolling"
  source_image_id                 = var.image.id
  custom_data                     = var.cloud_init == null ? null : base64encode(var.cloud_init)
  tags                            = local.tags

  admin_ssh_key {
    username   = "azureadmin"
    public_key = var.ssh_public_key
  }

  identity {
    type = "SystemAssigned"
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = var.os_disk.type
    disk_size_gb         = var.os_disk.size_gb
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

  network_interface {
    name    = "nic-${local.suffix}"
    primary = true

    ip_configuration {
      name                                         = "internal"
      primary                                      = true
      subnet_id                                    = var.subnet_id
      load_balancer_backend_address_pool_ids       = var.backend_pool_ids.load_balancer
      application_gateway_backend_address_pool_ids = var.backend_pool_ids.application_gateway
    }
  }

  extension {
    name                       = "health"
    publisher                  = "Microsoft.ManagedServices"
    type                       = "ApplicationHealthLinux"
    type_handler_version       = "2.0"
    auto_upgrade_minor_version = true
    settings = jsonencode({
      protocol          = var.health_probe.protocol
      port              = var.health_probe.port
      requestPath       = var.health_probe.path
      intervalInSeconds = 10
      numberOfProbes    = 3
    })
  }

  automatic_os_upgrade_policy {
    enable_automatic_os_upgrade = var.image.version == "latest"
    disable_automatic_rollback  = false
  }

  automatic_instance_repair {
    enabled      = true
    grace_period = "PT10M"
    action       = "Replace"
  }

  rolling_upgrade_policy {
    max_batch_instance_percent              = 20
    max_unhealthy_instance_percent          = 20
    max_unhealthy_upgraded_instance_percent = 20
    pause_time_between_batches              = "PT1M"
    prioritize_unhealthy_instances_enabled  = true
  }

  scale_in {
    rule = "Default"
  }

  # Machines learn five minutes before they go.
  termination_notification {
    enabled = true
    timeout = "PT5M"
  }

  boot_diagnostics {}

  lifecycle {
    # Autoscale decides on it.
    ignore_changes = [instances]
  }
}

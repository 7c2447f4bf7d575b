data "azurerm_client_config" "current" {}

resource "azurerm_private_dns_zone" "databases" {
  count = length(var.databases) > 0 ? 1 : 0

  name                = "${module.naming.short}.private.postgres.database.azure.com"
  resource_group_name = local.group
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "databases" {
  count = length(var.databases) > 0 ? 1 : 0

  name                  = "link-${local.suffix}"
  resource_group_name   = local.group
  private_dns_zone_name = azurerm_private_dns_zone.databases[0].name
  virtual_network_id    = azurerm_virtual_network.this.id
  tags                  = local.tags
}

resource "azurerm_postgresql_flexible_server" "this" {
  for_each = var.databases

  name                          = "psql-${each.key}-${module.naming.compact}"
  resource_group_name           = local.group
  location                      = var.context.location
  version                       = each.value.version
  sku_name                      = local.database_types[each.value.size]
  storage_mb                    = each.value.storage_gb * 1024
  auto_grow_enabled             = true
  backup_retention_days         = each.value.backup_retention_days
  delegated_subnet_id           = azurerm_subnet.data.id
  private_dns_zone_id           = azurerm_private_dns_zone.databases[0].id
  public_network_access_enabled = false
  tags                          = local.tags

  authentication {
    active_directory_auth_enabled = true
    password_auth_enabled         = false
    tenant_id                     = data.azurerm_client_config.current.tenant_id
  }

  dynamic "high_availability" {
    for_each = each.value.high_availability ? ["ZoneRedundant"] : []

    content {
      mode = high_availability.value
    }
  }

  lifecycle {
    # A failover changes the zone.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }

  depends_on = [azurerm_private_dns_zone_virtual_network_link.databases]
}

resource "azurerm_postgresql_flexible_server_active_directory_administrator" "this" {
  for_each = var.databases

  server_name         = azurerm_postgresql_flexible_server.this[each.key].name
  resource_group_name = local.group
  tenant_id           = data.azurerm_client_config.current.tenant_id
  object_id           = var.settings.azure.admin_group.object_id
  principal_name      = var.settings.azure.admin_group.name
  principal_type      = "Group"
}

resource "azurerm_postgresql_flexible_server_configuration" "tls" {
  for_each = var.databases

  name      = "ssl_min_protocol_version"
  server_id = azurerm_postgresql_flexible_server.this[each.key].id
  value     = "TLSv1.2"
}

resource "azurerm_postgresql_flexible_server_database" "this" {
  for_each = var.databases

  name      = each.key
  server_id = azurerm_postgresql_flexible_server.this[each.key].id
  charset   = "UTF8"
  collation = "en_US.utf8"
}

resource "azurerm_management_lock" "databases" {
  for_each = { for name, database in var.databases : name => database if var.deletion_protection }

  name       = "keep"
  scope      = azurerm_postgresql_flexible_server.this[each.key].id
  lock_level = "CanNotDelete"
  notes      = "deletion_protection is on."

  depends_on = [
    azurerm_postgresql_flexible_server_active_directory_administrator.this,
    azurerm_postgresql_flexible_server_configuration.tls,
    azurerm_postgresql_flexible_server_database.this,
  ]
}

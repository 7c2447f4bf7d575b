resource "azurerm_storage_account" "this" {
  for_each = var.buckets

  # At most 24 letters: 14 of the convention, and up to 10 of the bucket.
  name                              = "${each.key}${substr(sha256("${each.key}/${local.suffix}/${var.context.unique_seed}"), 0, 14)}"
  resource_group_name               = local.group
  location                          = var.context.location
  account_kind                      = "StorageV2"
  account_tier                      = "Standard"
  account_replication_type          = "ZRS"
  min_tls_version                   = "TLS1_2"
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true
  public_network_access_enabled     = false
  tags                              = merge(local.tags, { bucket = each.key })

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
  }
}

resource "azurerm_storage_container" "this" {
  for_each = var.buckets

  # Containers have three letters at least.
  name                  = "${each.key}-data"
  storage_account_id    = azurerm_storage_account.this[each.key].id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "this" {
  for_each = var.buckets

  storage_account_id = azurerm_storage_account.this[each.key].id

  rule {
    name    = "old-versions"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      version {
        delete_after_days_since_creation = each.value.keep_versions_days
      }
    }
  }
}

resource "azurerm_private_dns_zone" "blob" {
  count = length(var.buckets) > 0 ? 1 : 0

  name                = "privatelink.blob.core.windows.net"
  resource_group_name = local.group
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "blob" {
  count = length(var.buckets) > 0 ? 1 : 0

  name                  = "link-${local.suffix}"
  resource_group_name   = local.group
  private_dns_zone_name = azurerm_private_dns_zone.blob[0].name
  virtual_network_id    = azurerm_virtual_network.this.id
  tags                  = local.tags
}

resource "azurerm_private_endpoint" "blob" {
  for_each = var.buckets

  name                = "pep-${each.key}-${local.suffix}"
  resource_group_name = local.group
  location            = var.context.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = "blob"
    is_manual_connection           = false
    private_connection_resource_id = azurerm_storage_account.this[each.key].id
    subresource_names              = ["blob"]
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [azurerm_private_dns_zone.blob[0].id]
  }
}

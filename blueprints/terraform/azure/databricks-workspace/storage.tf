data "azurerm_client_config" "current" {}

resource "azurerm_storage_account" "this" {
  name                              = "st${module.naming.compact}"
  resource_group_name               = var.resource_group_name
  location                          = var.context.location
  account_kind                      = "StorageV2"
  account_tier                      = "Standard"
  account_replication_type          = "ZRS"
  is_hns_enabled                    = true
  min_tls_version                   = "TLS1_2"
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true
  tags                              = local.tags

  # Only the trusted connector below gets through; with it off, its rule would not count either.
  public_network_access_enabled = true

  network_rules {
    default_action = "Deny"
    bypass         = ["None"]

    private_link_access {
      endpoint_resource_id = azurerm_databricks_access_connector.this.id
      endpoint_tenant_id   = data.azurerm_client_config.current.tenant_id
    }
  }

  blob_properties {
    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }
}

resource "azurerm_storage_container" "this" {
  for_each = var.storage_containers

  name                  = each.key
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

resource "azurerm_role_assignment" "connector" {
  scope                = azurerm_storage_account.this.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_databricks_access_connector.this.identity[0].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_private_endpoint" "storage" {
  count = var.storage_private_endpoint == null ? 0 : 1

  name                = "pep-st-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  subnet_id           = var.storage_private_endpoint.subnet_id
  tags                = local.tags

  private_service_connection {
    name                           = "dfs"
    is_manual_connection           = false
    private_connection_resource_id = azurerm_storage_account.this.id
    subresource_names              = ["dfs"]
  }

  dynamic "private_dns_zone_group" {
    for_each = length(var.storage_private_endpoint.private_dns_zone_ids) > 0 ? [var.storage_private_endpoint.private_dns_zone_ids] : []

    content {
      name                 = "default"
      private_dns_zone_ids = private_dns_zone_group.value
    }
  }
}

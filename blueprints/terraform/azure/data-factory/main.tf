module "naming" {
  source  = "../../naming"
  context = var.context
}

resource "azurerm_data_factory" "this" {
  name                            = "adf-${module.naming.suffix}-${substr(module.naming.compact, -6, 6)}"
  resource_group_name             = var.resource_group_name
  location                        = var.context.location
  public_network_enabled          = false
  managed_virtual_network_enabled = true
  tags                            = module.naming.tags

  identity {
    type = "SystemAssigned"
  }

  dynamic "github_configuration" {
    for_each = var.git == null ? [] : [var.git]

    content {
      account_name       = github_configuration.value.account
      repository_name    = github_configuration.value.repository
      branch_name        = github_configuration.value.branch
      root_folder        = github_configuration.value.root_folder
      git_url            = github_configuration.value.enterprise_url
      publishing_enabled = true
    }
  }
}

resource "azurerm_data_factory_integration_runtime_azure" "this" {
  name                    = "managed-network"
  data_factory_id         = azurerm_data_factory.this.id
  location                = var.context.location
  virtual_network_enabled = true
  cleanup_enabled         = true
  compute_type            = var.integration_runtime.compute_type
  core_count              = var.integration_runtime.core_count
  time_to_live_min        = var.integration_runtime.time_to_live_min
}

resource "azurerm_role_assignment" "vault" {
  for_each = var.key_vaults

  scope                = each.value
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_data_factory.this.identity[0].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_data_factory_managed_private_endpoint" "vault" {
  for_each = var.key_vaults

  name               = "vault-${each.key}"
  data_factory_id    = azurerm_data_factory.this.id
  target_resource_id = each.value
  subresource_name   = "vault"
}

resource "azurerm_data_factory_linked_service_key_vault" "this" {
  for_each = var.key_vaults

  name                     = each.key
  data_factory_id          = azurerm_data_factory.this.id
  key_vault_id             = each.value
  integration_runtime_name = azurerm_data_factory_integration_runtime_azure.this.name
}

resource "azurerm_role_assignment" "lake" {
  for_each = var.data_lakes

  scope                = each.value.storage_account_id
  role_definition_name = each.value.writable ? "Storage Blob Data Contributor" : "Storage Blob Data Reader"
  principal_id         = azurerm_data_factory.this.identity[0].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_data_factory_managed_private_endpoint" "lake" {
  for_each = var.data_lakes

  name               = "lake-${each.key}"
  data_factory_id    = azurerm_data_factory.this.id
  target_resource_id = each.value.storage_account_id
  subresource_name   = "dfs"
}

resource "azurerm_data_factory_linked_service_data_lake_storage_gen2" "this" {
  for_each = var.data_lakes

  name                     = each.key
  data_factory_id          = azurerm_data_factory.this.id
  url                      = "https://${reverse(split("/", each.value.storage_account_id))[0]}.dfs.core.windows.net/"
  use_managed_identity     = true
  integration_runtime_name = azurerm_data_factory_integration_runtime_azure.this.name
}

resource "azurerm_private_endpoint" "this" {
  count = var.private_endpoint == null ? 0 : 1

  name                = "pep-adf-${module.naming.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  subnet_id           = var.private_endpoint.subnet_id
  tags                = module.naming.tags

  private_service_connection {
    name                           = "dataFactory"
    is_manual_connection           = false
    private_connection_resource_id = azurerm_data_factory.this.id
    subresource_names              = ["dataFactory"]
  }

  dynamic "private_dns_zone_group" {
    for_each = length(var.private_endpoint.private_dns_zone_ids) > 0 ? [var.private_endpoint.private_dns_zone_ids] : []

    content {
      name                 = "default"
      private_dns_zone_ids = private_dns_zone_group.value
    }
  }
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  name                           = "to-log-analytics"
  target_resource_id             = azurerm_data_factory.this.id
  log_analytics_workspace_id     = var.log_analytics_workspace_id
  log_analytics_destination_type = "Dedicated"

  enabled_log {
    category_group = "allLogs"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}

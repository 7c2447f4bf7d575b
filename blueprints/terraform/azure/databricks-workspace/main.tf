module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  suffix = module.naming.suffix
  tags   = module.naming.tags
}

resource "azurerm_databricks_workspace" "this" {
  name                                  = "dbw-${local.suffix}"
  resource_group_name                   = var.resource_group_name
  managed_resource_group_name           = "rg-dbw-managed-${local.suffix}"
  location                              = var.context.location
  sku                                   = "premium"
  public_network_access_enabled         = false
  network_security_group_rules_required = "NoAzureDatabricksRules"
  infrastructure_encryption_enabled     = true
  tags                                  = local.tags

  custom_parameters {
    no_public_ip                                         = true
    virtual_network_id                                   = var.network.virtual_network_id
    public_subnet_name                                   = var.network.host_subnet_name
    private_subnet_name                                  = var.network.container_subnet_name
    public_subnet_network_security_group_association_id  = var.network.host_subnet_nsg_association_id
    private_subnet_network_security_group_association_id = var.network.container_subnet_nsg_association_id
  }

  enhanced_security_compliance {
    automatic_cluster_update_enabled      = true
    enhanced_security_monitoring_enabled  = true
    compliance_security_profile_enabled   = length(var.compliance_standards) > 0
    compliance_security_profile_standards = length(var.compliance_standards) > 0 ? var.compliance_standards : null
  }
}

resource "azurerm_databricks_access_connector" "this" {
  name                = "dbac-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  tags                = local.tags

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_private_endpoint" "workspace" {
  count = var.private_endpoint == null ? 0 : 1

  name                = "pep-dbw-${local.suffix}"
  resource_group_name = var.resource_group_name
  location            = var.context.location
  subnet_id           = var.private_endpoint.subnet_id
  tags                = local.tags

  private_service_connection {
    name                           = "databricks"
    is_manual_connection           = false
    private_connection_resource_id = azurerm_databricks_workspace.this.id
    subresource_names              = ["databricks_ui_api"]
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
  target_resource_id             = azurerm_databricks_workspace.this.id
  log_analytics_workspace_id     = var.log_analytics_workspace_id
  log_analytics_destination_type = "Dedicated"

  enabled_log {
    category_group = "allLogs"
  }
}

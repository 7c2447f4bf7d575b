provider "azurerm" {
  features {}
}

variables {
  context                    = { workload = "shop", environment = "prod", location = "westeurope", owner = "shop@example.com" }
  resource_group_name        = "rg-shop"
  log_analytics_workspace_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central"
}

run "is_closed_by_default" {
  assert {
    condition     = azurerm_key_vault.this.public_network_access_enabled == false && azurerm_key_vault.this.network_acls[0].default_action == "Deny"
    error_message = "the vault can be reached from outside"
  }
  assert {
    condition     = azurerm_key_vault.this.rbac_authorization_enabled && azurerm_key_vault.this.purge_protection_enabled && azurerm_key_vault.this.soft_delete_retention_days == 90
    error_message = "the vault has access policies, or can be purged"
  }
  assert {
    condition     = azurerm_key_vault.this.tenant_id == data.azurerm_client_config.current.tenant_id && length(azurerm_key_vault.this.name) <= 24
    error_message = "the tenant or the name is wrong"
  }
  assert {
    condition     = one(azurerm_monitor_diagnostic_setting.this.enabled_log).category_group == "audit" && length(azurerm_private_endpoint.this) == 0
    error_message = "the vault does not log who reads what"
  }
}

run "opens_as_far_as_asked" {
  command = plan
  variables {
    allowed_ip_ranges = ["192.0.2.0/24"]
    private_endpoint  = { subnet_id = "/subscriptions/s/subnets/e", private_dns_zone_ids = ["/subscriptions/s/privateDnsZones/privatelink.vaultcore.azure.net"] }
    role_assignments  = { shop = { principal_id = "11111111-1111-4111-8111-111111111111", role = "Key Vault Secrets User" } }
  }
  assert {
    condition     = azurerm_key_vault.this.public_network_access_enabled && azurerm_key_vault.this.network_acls[0].default_action == "Deny" && azurerm_key_vault.this.network_acls[0].ip_rules == toset(["192.0.2.0/24"])
    error_message = "the vault is open wider than to the range"
  }
  assert {
    condition     = azurerm_private_endpoint.this[0].private_service_connection[0].subresource_names == tolist(["vault"]) && length(azurerm_private_endpoint.this[0].private_dns_zone_group) == 1
    error_message = "the private endpoint is not for the vault, or has no name"
  }
}

run "refuses_what_would_open_the_vault" {
  command = plan
  variables {
    sku                        = "Standard"
    allowed_ip_ranges          = ["0.0.0.0/0"]
    role_assignments           = { all = { principal_id = "11111111-1111-4111-8111-111111111111", role = "Contributor" } }
    log_analytics_workspace_id = "log-central"
  }
  expect_failures = [var.sku, var.allowed_ip_ranges, var.role_assignments, var.log_analytics_workspace_id]
}

provider "azurerm" {
  storage_use_azuread = true
  features {}
}

variables {
  context                    = { workload = "tfstate", environment = "prod", location = "westeurope", owner = "platform@example.com" }
  resource_group_name        = "rg-tfstate"
  log_analytics_workspace_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central"
}

run "is_closed_and_keeps_everything" {
  assert {
    condition = (
      azurerm_storage_account.this.public_network_access_enabled == false && azurerm_storage_account.this.shared_access_key_enabled == false &&
      azurerm_storage_account.this.allow_nested_items_to_be_public == false && azurerm_storage_account.this.min_tls_version == "TLS1_2" &&
      azurerm_storage_account.this.network_rules[0].default_action == "Deny" && azurerm_storage_account.this.infrastructure_encryption_enabled
    )
    error_message = "the account is open"
  }
  assert {
    condition     = azurerm_storage_account.this.blob_properties[0].versioning_enabled && azurerm_storage_account.this.blob_properties[0].delete_retention_policy[0].days == 30 && length(azurerm_management_lock.this) == 1
    error_message = "a state can get lost"
  }
  assert {
    condition     = toset([for log in azurerm_monitor_diagnostic_setting.this.enabled_log : log.category]) == toset(["StorageRead", "StorageWrite", "StorageDelete"])
    error_message = "reads are not logged"
  }
  assert {
    condition     = can(regex("^st[a-z0-9]{3,22}$", output.storage_account_name)) && output.backend.use_azuread_auth && keys(output.container_ids) == ["tfstate"]
    error_message = "the outputs are not what a backend takes"
  }
}

run "takes_a_key_an_endpoint_and_contributors" {
  command = plan
  variables {
    containers           = ["network", "shop"]
    private_endpoint     = { subnet_id = "/subscriptions/s/subnets/e", private_dns_zone_ids = ["/subscriptions/s/privateDnsZones/privatelink.blob.core.windows.net"] }
    contributors         = { shop = { principal_id = "22222222-2222-4222-8222-222222222222", container = "shop" } }
    customer_managed_key = { key_vault_key_id = "https://kv-x.vault.azure.net/keys/state", user_assigned_identity_id = "/subscriptions/s/userAssignedIdentities/state" }
    delete_lock          = false
  }
  assert {
    condition     = azurerm_storage_account.this.identity[0].type == "UserAssigned" && azurerm_storage_account.this.customer_managed_key[0].key_vault_key_id == "https://kv-x.vault.azure.net/keys/state"
    error_message = "the key is not used"
  }
  assert {
    condition     = azurerm_role_assignment.contributor["shop"].role_definition_name == "Storage Blob Data Contributor" && azurerm_private_endpoint.this[0].private_service_connection[0].subresource_names == tolist(["blob"])
    error_message = "contributors or the endpoint are wrong"
  }
}

run "refuses_what_would_lose_or_show_a_state" {
  command = plan
  variables {
    allowed_ip_ranges             = ["10.0.0.0/8"]
    containers                    = ["tfstate", "Bad--Name"]
    replication                   = "TRIPLE"
    soft_delete_retention_in_days = 1
    version_retention_in_days     = 1
  }
  expect_failures = [
    var.allowed_ip_ranges, var.containers, var.replication, var.soft_delete_retention_in_days, var.version_retention_in_days,
  ]
}

run "refuses_a_contributor_without_a_container" {
  command = plan
  variables {
    contributors = { lost = { principal_id = "22222222-2222-4222-8222-222222222222", container = "elsewhere" } }
  }
  expect_failures = [var.contributors]
}

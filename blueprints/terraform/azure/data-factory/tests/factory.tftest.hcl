provider "azurerm" {
  features {}
}

variables {
  context                    = { workload = "lake", environment = "prod", location = "westeurope", owner = "data@example.com" }
  resource_group_name        = "rg-lake"
  log_analytics_workspace_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central"
}

run "signs_in_by_identity_over_private_endpoints" {
  variables {
    key_vaults = { secrets = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.KeyVault/vaults/kv-lake" }
    data_lakes = {
      raw     = { storage_account_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Storage/storageAccounts/stlakeraw" }
      curated = { storage_account_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Storage/storageAccounts/stlakecurated", writable = true }
    }
  }
  assert {
    condition     = azurerm_data_factory.this.public_network_enabled == false && azurerm_data_factory.this.managed_virtual_network_enabled && azurerm_data_factory_integration_runtime_azure.this.virtual_network_enabled
    error_message = "the factory or its runtime is on the public network"
  }
  assert {
    condition     = azurerm_role_assignment.lake["raw"].role_definition_name == "Storage Blob Data Reader" && azurerm_role_assignment.lake["curated"].role_definition_name == "Storage Blob Data Contributor" && azurerm_role_assignment.vault["secrets"].principal_id == output.identity_principal_id
    error_message = "the factory may do more, or less, than was asked for"
  }
  assert {
    condition     = azurerm_data_factory_linked_service_data_lake_storage_gen2.this["raw"].url == "https://stlakeraw.dfs.core.windows.net/" && azurerm_data_factory_linked_service_data_lake_storage_gen2.this["raw"].use_managed_identity
    error_message = "the lake is reached with a key, or at another address"
  }
  assert {
    condition     = keys(output.managed_private_endpoint_ids) == ["lake-curated", "lake-raw", "vault-secrets"] && length(azurerm_data_factory.this.name) <= 63
    error_message = "endpoints are missing: ${jsonencode(output.managed_private_endpoint_ids)}"
  }
}

run "keeps_pipelines_in_git" {
  command = plan
  variables {
    git              = { account = "example", repository = "pipelines" }
    private_endpoint = { subnet_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/endpoints", private_dns_zone_ids = ["/subscriptions/s/privateDnsZones/privatelink.datafactory.azure.net"] }
  }
  assert {
    condition     = azurerm_data_factory.this.github_configuration[0].branch_name == "main" && azurerm_private_endpoint.this[0].private_service_connection[0].subresource_names == tolist(["dataFactory"])
    error_message = "git or the endpoint are wrong"
  }
}

run "refuses_what_does_not_fit" {
  command = plan
  variables {
    integration_runtime = { core_count = 10 }
    key_vaults          = { secrets = "kv-lake" }
    data_lakes          = { raw = { storage_account_id = "https://stlakeraw.dfs.core.windows.net" } }
  }
  expect_failures = [var.integration_runtime, var.key_vaults, var.data_lakes]
}

terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55.0, < 5.0.0"
    }
  }
}

provider "azurerm" {
  features {}
}

resource "azurerm_resource_group" "this" {
  name     = "rg-lake-prod-westeurope-001"
  location = "westeurope"
}

module "logs" {
  source = "../../../log-analytics"

  context = {
    workload    = "lake"
    environment = "prod"
    location    = "westeurope"
    owner       = "data@example.com"
  }
  resource_group_name = azurerm_resource_group.this.name
}

module "factory" {
  source = "../.."

  context = {
    workload    = "lake"
    environment = "prod"
    location    = "westeurope"
    owner       = "data@example.com"
  }
  resource_group_name        = azurerm_resource_group.this.name
  log_analytics_workspace_id = module.logs.workspace_id

  key_vaults = { secrets = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.KeyVault/vaults/kv-lake" }
  data_lakes = {
    raw     = { storage_account_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Storage/storageAccounts/stlakeraw" }
    curated = { storage_account_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Storage/storageAccounts/stlakecurated", writable = true }
  }
}

output "to_approve" {
  description = "What the owners of vault and lakes approve."
  value       = module.factory.managed_private_endpoint_ids
}

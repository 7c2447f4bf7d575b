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
  name     = "rg-shop-prod-westeurope-001"
  location = "westeurope"
}

resource "azurerm_log_analytics_workspace" "this" {
  name                = "log-shop-prod-westeurope-001"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
}

module "vault" {
  source = "../.."

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "westeurope"
    owner       = "shop@example.com"
  }
  resource_group_name        = azurerm_resource_group.this.name
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id

  private_endpoint = {
    subnet_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-connectivity/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/snet-endpoints"
  }
  role_assignments = {
    shop = { principal_id = "11111111-1111-4111-8111-111111111111", role = "Key Vault Secrets User", principal_type = "ServicePrincipal" }
  }
}

output "vault_uri" {
  description = "Where the shop finds its secrets."
  value       = module.vault.vault_uri
}

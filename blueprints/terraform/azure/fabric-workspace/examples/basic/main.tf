terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55.0, < 5.0.0"
    }
    fabric = {
      source  = "microsoft/fabric"
      version = ">= 1.2.0, < 2.0.0"
    }
  }
}

provider "azurerm" {
  features {}
}

provider "fabric" {}

resource "azurerm_resource_group" "this" {
  name     = "rg-reports-prod-westeurope-001"
  location = "westeurope"
}

module "workspace" {
  source = "../.."

  context = {
    workload    = "reports"
    environment = "prod"
    location    = "westeurope"
    owner       = "data@example.com"
  }
  resource_group_name = azurerm_resource_group.this.name
  display_name        = "Reports"
  capacity            = { sku = "F2", administrators = ["admin@example.com"] }

  roles = {
    owners   = { principal_id = "11111111-1111-4111-8111-111111111111", role = "Admin" }
    analysts = { principal_id = "22222222-2222-4222-8222-222222222222", role = "Contributor" }
  }
  lakehouses = { sales = "What reports are made of." }
  private_endpoints = {
    gold = { target_resource_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-reports/providers/Microsoft.Storage/storageAccounts/stlakegold", subresource = "dfs" }
  }
}

output "identity" {
  description = "What gets Storage Blob Data Reader on the lake."
  value       = module.workspace.identity_service_principal_id
}

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
  name     = "rg-management-prod-westeurope-001"
  location = "westeurope"
}

module "logs" {
  source = "../.."

  context = {
    workload    = "management"
    environment = "prod"
    location    = "westeurope"
    owner       = "platform@example.com"
  }
  resource_group_name = azurerm_resource_group.this.name
  retention_in_days   = 180
  tables              = { AzureDiagnostics = { total_retention_in_days = 730 } }
  readers             = { security = "11111111-1111-4111-8111-111111111111" }
}

output "workspace_id" {
  description = "What the other modules take as log_analytics_workspace_id."
  value       = module.logs.workspace_id
}

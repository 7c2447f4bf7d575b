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
  storage_use_azuread = true
  features {}
}

resource "azurerm_resource_group" "this" {
  name     = "rg-tfstate-prod-westeurope-001"
  location = "westeurope"
}

resource "azurerm_log_analytics_workspace" "this" {
  name                = "log-tfstate-prod-westeurope-001"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
}

module "state" {
  source = "../.."

  context = {
    workload    = "tfstate"
    environment = "prod"
    location    = "westeurope"
    owner       = "platform@example.com"
  }
  resource_group_name        = azurerm_resource_group.this.name
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id

  containers        = ["network", "shop"]
  allowed_ip_ranges = ["192.0.2.0/24"]
  contributors = {
    network-pipeline = { principal_id = "11111111-1111-4111-8111-111111111111", container = "network", principal_type = "ServicePrincipal" }
    shop-pipeline    = { principal_id = "22222222-2222-4222-8222-222222222222", container = "shop", principal_type = "ServicePrincipal" }
  }
}

output "backend" {
  description = "What goes into the backend block of the others."
  value       = module.state.backend
}

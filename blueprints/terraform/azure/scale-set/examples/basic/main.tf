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

module "logs" {
  source = "../../../log-analytics"

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "westeurope"
    owner       = "shop@example.com"
  }
  resource_group_name = azurerm_resource_group.this.name
}

module "machines" {
  source = "../.."

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "westeurope"
    owner       = "shop@example.com"
  }
  resource_group_name        = azurerm_resource_group.this.name
  log_analytics_workspace_id = module.logs.workspace_id
  subnet_id                  = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-shop"
  ssh_public_key             = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleEx admin@example.com"
  health_probe               = { path = "/healthz", port = 8080 }
  capacity                   = { minimum = 3, maximum = 30 }

  schedules = {
    working-hours = { days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], hour = 6, minimum = 6, maximum = 30 }
    nights        = { days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], hour = 19, minimum = 3, maximum = 12 }
  }
}

output "identity_principal_id" {
  description = "What gets the rights of the shop."
  value       = module.machines.identity_principal_id
}

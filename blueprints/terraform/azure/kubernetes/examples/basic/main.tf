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

module "cluster" {
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
  kubernetes_version         = "1.33"
  admin_group_object_ids     = ["11111111-1111-4111-8111-111111111111"]

  node_pools = {
    general = { vm_size = "Standard_D4ds_v5", min_count = 3, max_count = 9 }
    batch   = { vm_size = "Standard_D8ds_v5", min_count = 0, max_count = 20, spot = true }
  }

  access = {
    shop = { principal_id = "22222222-2222-4222-8222-222222222222", role = "Azure Kubernetes Service RBAC Writer", namespace = "shop" }
  }
}

output "private_fqdn" {
  description = "The name of the API."
  value       = module.cluster.private_fqdn
}

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

module "databricks" {
  source = "../.."

  context = {
    workload    = "lake"
    environment = "prod"
    location    = "westeurope"
    owner       = "data@example.com"
  }
  resource_group_name        = azurerm_resource_group.this.name
  log_analytics_workspace_id = module.logs.workspace_id
  storage_containers         = ["bronze", "silver", "gold"]

  network = {
    virtual_network_id                  = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet"
    host_subnet_name                    = "snet-databricks-host"
    container_subnet_name               = "snet-databricks-container"
    host_subnet_nsg_association_id      = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-databricks-host"
    container_subnet_nsg_association_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-databricks-container"
  }
  private_endpoint         = { subnet_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-endpoints" }
  storage_private_endpoint = { subnet_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-endpoints" }
}

output "workspace_url" {
  description = "Where people sign in."
  value       = module.databricks.workspace_url
}

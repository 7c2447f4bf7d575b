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
  name     = "rg-connectivity-prod-westeurope-001"
  location = "westeurope"
}

resource "azurerm_log_analytics_workspace" "this" {
  name                = "log-connectivity-prod-westeurope-001"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
}

module "hub" {
  source = "../.."

  context = {
    workload    = "connectivity"
    environment = "prod"
    location    = "westeurope"
    owner       = "network@example.com"
  }
  resource_group_name        = azurerm_resource_group.this.name
  log_analytics_workspace_id = azurerm_log_analytics_workspace.this.id

  address_space     = ["10.0.0.0/16"]
  private_dns_zones = ["privatelink.vaultcore.azure.net", "privatelink.blob.core.windows.net"]

  subnets = {
    endpoints = { address_prefix = "10.0.1.0/24" }
    build = {
      address_prefix = "10.0.2.0/24"
      inbound = {
        ssh-from-jump-hosts = { priority = 100, ports = ["22"], sources = ["10.0.1.0/24"] }
      }
    }
  }

  firewall = {
    address_prefix = "10.0.0.0/26"
    application_rules = {
      packages = { sources = ["10.0.2.0/24"], fqdns = ["packages.microsoft.com", "*.ubuntu.com"] }
    }
  }
}

output "firewall_private_ip" {
  description = "The address that spokes route to."
  value       = module.hub.firewall_private_ip
}

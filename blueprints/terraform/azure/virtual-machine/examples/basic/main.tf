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

module "machine" {
  source = "../.."

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "westeurope"
    owner       = "shop@example.com"
  }
  resource_group_name = azurerm_resource_group.this.name
  subnet_id           = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-shop"
  ssh_public_key      = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleEx admin@example.com"
  data_disks          = { data = { lun = 0, size_gb = 256 } }

  login = {
    operators = { principal_id = "11111111-1111-4111-8111-111111111111", administrator = true }
  }
}

output "private_ip_address" {
  description = "Where the machine is."
  value       = module.machine.private_ip_address
}

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
  name     = "rg-print-prod-westeurope-001"
  location = "westeurope"
}

module "print" {
  source = "../.."

  context = {
    workload    = "print"
    environment = "prod"
    location    = "westeurope"
    owner       = "workplace@example.com"
  }
  resource_group_name = azurerm_resource_group.this.name
  subnet_id           = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-reports/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-print"
  client_ranges       = ["10.50.0.0/16"]
  admin_ranges        = ["10.0.3.0/26"]
  admin_password      = var.admin_password

  printers = {
    "Berlin 2nd floor" = { address = "10.50.2.10", location = "Berlin, 2nd floor" }
    labels             = { address = "10.50.9.11", protocol = "lpr", lpr_queue = "labels", driver = "Generic / Text Only" }
  }
}

variable "admin_password" {
  description = "Give it as TF_VAR_admin_password; this one is for trying the example without a cloud."
  type        = string
  sensitive   = true
  default     = "an-example-Only-7391"
}

output "queues" {
  description = "Where clients print to."
  value       = module.print.queues
}

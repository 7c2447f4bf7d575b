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

module "landing_zone" {
  source = "../.."

  context = {
    workload    = "platform"
    environment = "prod"
    location    = "westeurope"
    owner       = "platform@example.com"
  }

  governance = {
    management_groups = {
      example         = { display_name = "Example" }
      example-landing = { display_name = "Landing zones", parent = "example" }
      example-sandbox = { display_name = "Sandboxes", parent = "example" }
    }
    baseline = { allowed_locations = ["westeurope", "northeurope"] }
  }

  network = {
    address_space    = ["10.0.0.0/16"]
    firewall_prefix  = "10.0.0.0/26"
    endpoints_prefix = "10.0.1.0/24"
  }

  state = {
    contributors = {
      pipeline = { principal_id = "11111111-1111-4111-8111-111111111111", principal_type = "ServicePrincipal" }
    }
  }
}

output "state_backend" {
  description = "Where the state goes after the first apply."
  value       = module.landing_zone.state_backend
}

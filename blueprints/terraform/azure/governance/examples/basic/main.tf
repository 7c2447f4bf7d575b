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

module "governance" {
  source = "../.."

  context = {
    workload    = "governance"
    environment = "prod"
    location    = "westeurope"
    owner       = "platform@example.com"
  }

  management_groups = {
    example         = { display_name = "Example" }
    example-landing = { display_name = "Landing zones", parent = "example" }
    example-online  = { display_name = "Online", parent = "example-landing" }
    example-corp    = { display_name = "Corporate", parent = "example-landing" }
    example-sandbox = { display_name = "Sandboxes", parent = "example" }
  }
  subscriptions = {
    shop = { subscription_id = "33333333-3333-4333-8333-333333333333", management_group = "example-online" }
  }
  baseline = { allowed_locations = ["westeurope", "northeurope"] }

  role_assignments = {
    auditors = { management_group = "example", principal_id = "11111111-1111-4111-8111-111111111111", role = "Reader" }
  }
}

output "management_group_ids" {
  description = "Where other configurations hang their subscriptions."
  value       = module.governance.management_group_ids
}

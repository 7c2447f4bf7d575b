module "naming" {
  source = "../.."

  context = {
    workload    = "platform"
    environment = "prod"
    location    = "westeurope"
    owner       = "platform@example.com"
    tags        = { cost-center = "4711" }
  }
}

output "resource_group" {
  description = "The name of a resource group by this convention."
  value       = "rg-${module.naming.suffix}"
}

output "tags" {
  description = "The tags of it."
  value       = module.naming.tags
}

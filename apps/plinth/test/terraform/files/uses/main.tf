module "network" {
  source  = "HOST/prod/network/azurerm"
  version = "~> 1.0"
  name    = "hub"
  subnets = { db = { prefix = "10.0.0.0/24" } }
}

output "subnets" {
  value = module.network.subnets
}

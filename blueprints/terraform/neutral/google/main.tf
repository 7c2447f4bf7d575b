module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  labels  = module.naming.labels
  project = try(var.settings.google.project_id, null)

  # The same processors and memory in every cloud.
  machine_types  = { small = "n2-standard-2", medium = "n2-standard-4", large = "n2-standard-8" }
  database_types = { small = "db-custom-2-8192", medium = "db-custom-4-16384", large = "db-custom-8-32768" }
}

module "network" {
  source = "../../google/network"

  context                        = var.context
  project_id                     = local.project
  private_services_prefix_length = length(var.databases) > 0 ? 20 : null

  # Half of the range is for pods, the rest is for machines and services.
  subnets = {
    machines = {
      ip_cidr_range = cidrsubnet(var.network.cidr_block, 4, 8)
      secondary_ranges = {
        pods     = cidrsubnet(var.network.cidr_block, 1, 0)
        services = cidrsubnet(var.network.cidr_block, 4, 9)
      }
    }
  }
}

module "cluster" {
  source = "../../google/kubernetes"
  count  = var.cluster == null ? 0 : 1

  context             = var.context
  project_id          = local.project
  private_endpoint    = length(var.network.operator_ranges) == 0
  authorized_networks = merge({ network = var.network.cidr_block }, var.network.operator_ranges)
  deletion_protection = var.deletion_protection

  network = {
    network_id = module.network.network_id
    subnet_id  = module.network.subnets["machines"].id
  }

  node_pools = {
    for name, pool in var.cluster.pools : name => {
      machine_type = local.machine_types[pool.size]
      min_size     = pool.min_size
      max_size     = pool.max_size
      spot         = pool.spot
    }
  }
}

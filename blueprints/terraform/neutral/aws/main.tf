module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  tags = module.naming.tags

  # The same processors and memory in every cloud.
  machine_types  = { small = ["m7i.large", "m7a.large"], medium = ["m7i.xlarge", "m7a.xlarge"], large = ["m7i.2xlarge", "m7a.2xlarge"] }
  database_types = { small = "db.m7g.large", medium = "db.m7g.xlarge", large = "db.m7g.2xlarge" }
}

module "network" {
  source = "../../aws/network"

  context    = var.context
  cidr_block = var.network.cidr_block
}

module "cluster" {
  source = "../../aws/kubernetes"
  count  = var.cluster == null ? 0 : 1

  context             = var.context
  kubernetes_version  = var.cluster.kubernetes_version
  subnet_ids          = values(module.network.private_subnet_ids)
  public_access_cidrs = toset(values(var.network.operator_ranges))
  deletion_protection = var.deletion_protection

  node_groups = {
    for name, pool in var.cluster.pools : name => {
      instance_types = local.machine_types[pool.size]
      min_size       = pool.min_size
      max_size       = pool.max_size
      capacity_type  = pool.spot ? "SPOT" : "ON_DEMAND"
    }
  }
}

terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

module "network" {
  source = "../../../network"

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "eu-central-1"
    owner       = "shop@example.com"
  }
  cidr_block = "10.20.0.0/16"
}

module "cluster" {
  source = "../.."

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "eu-central-1"
    owner       = "shop@example.com"
  }
  kubernetes_version  = "1.33"
  subnet_ids          = values(module.network.private_subnet_ids)
  deletion_protection = false

  node_groups = {
    general = { instance_types = ["m7i.large", "m7a.large"], min_size = 3, max_size = 9 }
    batch = {
      instance_types = ["c7i.xlarge", "c7a.xlarge"]
      min_size       = 0
      max_size       = 20
      capacity_type  = "SPOT"
      taints         = [{ key = "batch", value = "true", effect = "NO_SCHEDULE" }]
    }
  }

  access = {
    platform = { principal_arn = "arn:aws:iam::123456789012:role/platform", policy = "AmazonEKSClusterAdminPolicy" }
    shop     = { principal_arn = "arn:aws:iam::123456789012:role/shop", policy = "AmazonEKSEditPolicy", namespaces = ["shop"] }
  }
}

output "endpoint" {
  description = "The address of the API."
  value       = module.cluster.endpoint
}

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
  source = "../.."

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "eu-central-1"
    owner       = "shop@example.com"
  }
  cidr_block          = "10.20.0.0/16"
  interface_endpoints = ["ecr.api", "ecr.dkr", "sts"]
}

output "private_subnet_ids" {
  description = "Where machines go."
  value       = module.network.private_subnet_ids
}

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

module "state" {
  source = "../.."

  context = {
    workload    = "tfstate"
    environment = "prod"
    location    = "eu-central-1"
    owner       = "platform@example.com"
  }
  writer_prefixes = { network = "network/prod" }
}

output "backend" {
  description = "What goes into the backend block of the others."
  value       = module.state.backend
}

terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50.0, < 7.0.0"
    }
  }
}

provider "google" {
  project = "example-project"
  region  = "europe-west3"
}

module "network" {
  source = "../.."

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "europe-west3"
    owner       = "shop@example.com"
  }
  project_id = "example-project"

  subnets = {
    cluster = {
      ip_cidr_range    = "10.30.0.0/20"
      secondary_ranges = { pods = "10.32.0.0/14", services = "10.36.0.0/20" }
    }
  }
  private_services_prefix_length = 20
}

output "subnets" {
  description = "Where clusters go."
  value       = module.network.subnets
}

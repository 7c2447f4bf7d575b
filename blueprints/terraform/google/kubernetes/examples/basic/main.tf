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
  source = "../../../network"

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
}

module "cluster" {
  source = "../.."

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "europe-west3"
    owner       = "shop@example.com"
  }
  project_id          = "example-project"
  deletion_protection = false

  network = {
    network_id = module.network.network_id
    subnet_id  = module.network.subnets["cluster"].id
  }
  authorized_networks = { office-vpn = "10.100.0.0/16" }

  node_pools = {
    general = { machine_type = "n2-standard-4", min_size = 3, max_size = 9 }
    batch = {
      machine_type = "n2-standard-8"
      min_size     = 0
      max_size     = 20
      spot         = true
      taints       = [{ key = "batch", value = "true", effect = "NO_SCHEDULE" }]
    }
  }

  workload_identities = {
    shop = { namespace = "shop", service_account = "shop", google_account_email = "shop@example-project.iam.gserviceaccount.com" }
  }
}

output "endpoint" {
  description = "The address of the API."
  value       = module.cluster.endpoint
}

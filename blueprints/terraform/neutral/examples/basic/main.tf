terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25.0, < 7.0.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55.0, < 5.0.0"
    }
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "azurerm" {
  features {}
}

provider "google" {
  project = "example-project"
  region  = "europe-west3"
}

module "shop" {
  source = "../.."
  cloud  = "aws"

  context = {
    workload    = "shop"
    environment = "prod"
    location    = "eu-central-1"
    owner       = "shop@example.com"
  }

  network = { cidr_block = "10.20.0.0/16" }
  cluster = { kubernetes_version = "1.33", pools = { general = { min_size = 3, max_size = 9 } } }
  buckets = { media = {} }

  databases = { orders = { size = "medium" } }

  deletion_protection = false
}

output "databases" {
  description = "Where the shop finds its orders."
  value       = module.shop.databases
}

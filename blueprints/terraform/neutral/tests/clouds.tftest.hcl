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

variables {
  context = { workload = "shop", environment = "prod", location = "westeurope", owner = "shop@example.com" }

  network = { cidr_block = "10.20.0.0/16" }
  cluster = { kubernetes_version = "1.33", pools = { general = { min_size = 3, max_size = 9 } } }
  buckets = { media = {} }

  databases = { orders = { size = "medium" } }
}

run "makes_it_in_aws" {
  variables {
    cloud   = "aws"
    context = { workload = "shop", environment = "prod", location = "eu-central-1", owner = "shop@example.com" }
  }
  assert {
    condition     = length(output.network.subnet_ids) == 3 && output.cluster.name == "eks-shop-prod-001" && startswith(output.buckets["media"].url, "s3://media-") && startswith(output.databases["orders"].sign_in, "secret arn:aws:")
    error_message = "the outputs are ${jsonencode([output.network, output.cluster, output.buckets, output.databases])}"
  }
}

run "makes_it_in_azure" {
  variables {
    cloud = "azure"
    settings = {
      azure = {
        resource_group_name        = "rg-shop"
        log_analytics_workspace_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central"
        admin_group                = { object_id = "11111111-1111-4111-8111-111111111111", name = "shop-admins" }
      }
    }
  }
  assert {
    condition     = length(output.network.subnet_ids) == 1 && output.cluster.name == "aks-shop-prod-westeurope-001" && can(regex("^https://media[0-9a-f]{14}\\.blob\\.core\\.windows\\.net/media-data$", output.buckets["media"].url)) && output.databases["orders"].sign_in == "Entra ID, as shop-admins"
    error_message = "the outputs are ${jsonencode([output.network, output.cluster, output.buckets, output.databases])}"
  }
}

run "makes_it_in_google_cloud" {
  variables {
    cloud    = "google"
    context  = { workload = "shop", environment = "prod", location = "europe-west3", owner = "shop@example.com" }
    settings = { google = { project_id = "example-project" } }
  }
  assert {
    condition     = length(output.network.subnet_ids) == 1 && output.cluster.name == "gke-shop-prod-001" && startswith(output.buckets["media"].url, "gs://media-") && output.databases["orders"].port == 5432
    error_message = "the outputs are ${jsonencode([output.network, output.cluster, output.buckets, output.databases])}"
  }
}

run "refuses_a_cloud_without_its_settings_and_what_does_not_fit" {
  command = plan
  variables {
    cloud     = "azure"
    network   = { cidr_block = "10.20.0.0/20" }
    cluster   = { kubernetes_version = "1.33", pools = { general = { size = "huge", min_size = 1, max_size = 1 } } }
    buckets   = { Media-Files = {} }
    databases = { orders = { version = "9.6" } }
  }
  expect_failures = [var.cloud, var.network, var.cluster, var.buckets, var.databases]
}

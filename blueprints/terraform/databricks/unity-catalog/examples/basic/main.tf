terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    databricks = {
      source  = "databricks/databricks"
      version = ">= 1.99.0, < 2.0.0"
    }
  }
}

provider "databricks" {
  host = "https://adb-1234567890123456.7.azuredatabricks.net"
}

module "catalog" {
  source = "../.."

  context = {
    workload    = "lake"
    environment = "prod"
    location    = "westeurope"
    owner       = "data@example.com"
  }
  workspace_id        = 1234567890123456
  access_connector_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Databricks/accessConnectors/dbac-lake"

  catalogs = {
    bronze = {
      storage_url = "abfss://bronze@stlakeprod.dfs.core.windows.net/"
      schemas     = { shop = "As it came from the shop." }
      grants      = { engineers = ["USE_CATALOG", "USE_SCHEMA", "SELECT", "MODIFY", "CREATE_TABLE"] }
    }
    gold = {
      storage_url = "abfss://gold@stlakeprod.dfs.core.windows.net/"
      schemas     = { sales = "What reports are made of." }
      grants      = { analysts = ["USE_CATALOG", "USE_SCHEMA", "SELECT"] }
    }
  }
  cluster_policy = { node_types = ["Standard_D4ds_v5", "Standard_D8ds_v5"] }
}

output "schemas" {
  description = "Where tables go."
  value       = module.catalog.schema_names
}

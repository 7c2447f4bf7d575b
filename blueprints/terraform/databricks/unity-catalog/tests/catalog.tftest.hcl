provider "databricks" {
  host = "https://adb-1234567890123456.7.azuredatabricks.net"
}

variables {
  context             = { workload = "lake", environment = "prod", location = "westeurope", owner = "data@example.com" }
  workspace_id        = 1234567890123456
  access_connector_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Databricks/accessConnectors/dbac-lake"
  cluster_policy      = { node_types = ["Standard_D4ds_v5"] }
  catalogs = {
    gold = {
      storage_url = "abfss://gold@stlakeprod.dfs.core.windows.net/"
      schemas     = { sales = "Sales" }
      grants      = { analysts = ["USE_CATALOG", "SELECT"] }
    }
  }
}

run "keeps_catalogs_to_their_workspace_and_groups" {
  assert {
    condition     = databricks_catalog.this["gold"].isolation_mode == "ISOLATED" && databricks_catalog.this["gold"].storage_root == "abfss://gold@stlakeprod.dfs.core.windows.net/" && databricks_catalog.this["gold"].force_destroy == false
    error_message = "the catalog is open to other workspaces, or goes with its tables"
  }
  assert {
    condition     = one(databricks_grants.catalog["gold"].grant).privileges == toset(["USE_CATALOG", "SELECT"]) && output.schema_names == ["gold.sales"]
    error_message = "rights or schemas are not those that were asked for"
  }
  assert {
    condition     = jsondecode(databricks_cluster_policy.this.definition).autotermination_minutes.maxValue == 30 && jsondecode(databricks_cluster_policy.this.definition).data_security_mode.values == ["USER_ISOLATION", "SINGLE_USER"]
    error_message = "clusters go round Unity Catalog, or never end"
  }
  assert {
    condition     = databricks_workspace_conf.this.custom_config["maxTokenLifetimeDays"] == "90" && databricks_workspace_conf.this.custom_config["enableResultsDownloading"] == "false" && length(databricks_metastore_assignment.this) == 0
    error_message = "the workspace is not strict"
  }
}

run "assigns_a_metastore_where_asked" {
  command = plan
  variables {
    metastore_id       = "44444444-4444-4444-8444-444444444444"
    workspace_settings = { download_of_results = true }
  }
  assert {
    condition     = databricks_metastore_assignment.this[0].workspace_id == 1234567890123456 && databricks_workspace_conf.this.custom_config["enableExportNotebook"] == "true"
    error_message = "the metastore or the settings are not those that were asked for"
  }
}

run "refuses_rights_for_everybody" {
  command = plan
  variables {
    catalogs            = { gold = { storage_url = "abfss://gold@stlakeprod.dfs.core.windows.net/", grants = { "account users" = ["ALL_PRIVILEGES"] } } }
    access_connector_id = "dbac-lake"
    cluster_policy      = { node_types = [] }
    workspace_settings  = { token_lifetime_days_max = 0 }
  }
  expect_failures = [var.catalogs, var.access_connector_id, var.cluster_policy, var.workspace_settings]
}

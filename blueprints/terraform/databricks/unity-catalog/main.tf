module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  schemas = merge([
    for catalog_name, catalog in var.catalogs : {
      for schema_name, comment in catalog.schemas : "${catalog_name}.${schema_name}" => { catalog = catalog_name, name = schema_name, comment = comment }
    }
  ]...)
}

resource "databricks_metastore_assignment" "this" {
  count = var.metastore_id == null ? 0 : 1

  workspace_id = var.workspace_id
  metastore_id = var.metastore_id
}

resource "databricks_storage_credential" "this" {
  name           = "credential-${module.naming.suffix}"
  comment        = "For ${var.context.workload}, owned by ${var.context.owner}."
  isolation_mode = "ISOLATION_MODE_ISOLATED"

  azure_managed_identity {
    access_connector_id = var.access_connector_id
  }

  depends_on = [databricks_metastore_assignment.this]
}

resource "databricks_external_location" "this" {
  for_each = var.catalogs

  name            = "${each.key}-${module.naming.suffix}"
  url             = each.value.storage_url
  credential_name = databricks_storage_credential.this.name
  comment         = "Tables of the catalog ${each.key}."
  isolation_mode  = "ISOLATION_MODE_ISOLATED"
}

resource "databricks_catalog" "this" {
  for_each = var.catalogs

  name           = each.key
  comment        = each.value.comment
  storage_root   = databricks_external_location.this[each.key].url
  isolation_mode = "ISOLATED"
  force_destroy  = false
  properties     = module.naming.tags
}

resource "databricks_schema" "this" {
  for_each = local.schemas

  catalog_name = databricks_catalog.this[each.value.catalog].name
  name         = each.value.name
  comment      = each.value.comment
}

resource "databricks_grants" "catalog" {
  for_each = { for name, catalog in var.catalogs : name => catalog.grants if length(catalog.grants) > 0 }

  catalog = databricks_catalog.this[each.key].name

  dynamic "grant" {
    for_each = each.value

    content {
      principal  = grant.key
      privileges = grant.value
    }
  }
}

resource "databricks_cluster_policy" "this" {
  name        = "standard-${module.naming.short}"
  description = "Clusters that Unity Catalog watches over."

  definition = jsonencode({
    data_security_mode      = { type = "allowlist", values = ["USER_ISOLATION", "SINGLE_USER"], defaultValue = "USER_ISOLATION" }
    node_type_id            = { type = "allowlist", values = var.cluster_policy.node_types, defaultValue = var.cluster_policy.node_types[0] }
    driver_node_type_id     = { type = "allowlist", values = var.cluster_policy.node_types, defaultValue = var.cluster_policy.node_types[0] }
    "autoscale.max_workers" = { type = "range", maxValue = var.cluster_policy.max_workers, defaultValue = min(2, var.cluster_policy.max_workers) }
    autotermination_minutes = { type = "range", minValue = 10, maxValue = var.cluster_policy.idle_minutes_max, defaultValue = var.cluster_policy.idle_minutes_max }
    "custom_tags.owner"     = { type = "fixed", value = var.context.owner }
    "custom_tags.workload"  = { type = "fixed", value = var.context.workload }
  })
}

resource "databricks_workspace_conf" "this" {
  custom_config = {
    enableTokensConfig           = "true"
    maxTokenLifetimeDays         = tostring(var.workspace_settings.token_lifetime_days_max)
    enableResultsDownloading     = tostring(var.workspace_settings.download_of_results)
    enableNotebookTableClipboard = tostring(var.workspace_settings.download_of_results)
    enableExportNotebook         = tostring(var.workspace_settings.download_of_results)
    enableDbfsFileBrowser        = "false"
  }
}

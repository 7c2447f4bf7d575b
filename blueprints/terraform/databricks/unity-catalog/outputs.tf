output "catalog_names" {
  description = "The names of the catalogs."
  value       = [for catalog in databricks_catalog.this : catalog.name]
}

output "schema_names" {
  description = "The names of the schemas: CATALOG.SCHEMA."
  value       = [for schema in databricks_schema.this : schema.id]
}

output "storage_credential_name" {
  description = "The credential, for further external locations."
  value       = databricks_storage_credential.this.name
}

output "cluster_policy_id" {
  description = "The policy, to give groups the right to use it."
  value       = databricks_cluster_policy.this.policy_id
}

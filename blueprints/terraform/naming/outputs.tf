output "suffix" {
  description = "What follows the abbreviation of the resource's type: platform-prod-westeurope-001."
  value       = local.suffix
}

output "short" {
  description = "Workload, environment and instance, for names that are in a region anyway: platform-prod-001."
  value       = join("-", [var.context.workload, var.context.environment, var.context.instance])
}

output "compact" {
  description = "At most 20 lower-case letters and digits, unique in the world: platformprod1a2b3c."
  value       = local.compact
}

output "tags" {
  description = "The tags that everything gets."
  value       = local.tags
}

output "labels" {
  description = "The same as labels of Google Cloud: lower case, at most 63 letters, digits, hyphens and underscores."
  value = {
    for key, value in local.tags :
    substr(replace(lower(key), "/[^a-z0-9_-]/", "-"), 0, 63) => substr(replace(lower(value), "/[^a-z0-9_-]/", "-"), 0, 63)
  }
}

resource "google_storage_bucket" "this" {
  for_each = var.buckets

  name                        = "${each.key}-${module.naming.compact}"
  project                     = local.project
  location                    = var.context.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  labels                      = local.labels

  versioning {
    enabled = true
  }

  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = each.value.keep_versions_days
      with_state                 = "ARCHIVED"
    }
  }
}

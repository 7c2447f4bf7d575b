resource "google_sql_database_instance" "this" {
  for_each = var.databases

  name                = "${each.key}-${module.naming.short}"
  project             = local.project
  region              = var.context.location
  database_version    = "POSTGRES_${each.value.version}"
  deletion_protection = var.deletion_protection

  settings {
    tier                        = local.database_types[each.value.size]
    edition                     = "ENTERPRISE"
    availability_type           = each.value.high_availability ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = each.value.storage_gb
    disk_autoresize             = true
    deletion_protection_enabled = var.deletion_protection
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled    = false
      private_network = module.network.network_id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true

      # The edition keeps the log for a week at most, the backups for as long as was asked.
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = each.value.backup_retention_days
      }
    }

    database_flags {
      name  = "cloudsql.iam_authentication"
      value = "on"
    }

    insights_config {
      query_insights_enabled = true
    }
  }

  lifecycle {
    # It grows by itself.
    ignore_changes = [settings[0].disk_size]
  }
}

resource "google_sql_database" "this" {
  for_each = var.databases

  name     = each.key
  project  = local.project
  instance = google_sql_database_instance.this[each.key].name
}

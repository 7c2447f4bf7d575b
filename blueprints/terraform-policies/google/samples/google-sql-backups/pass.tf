resource "google_sql_database_instance" "example" {
  name             = "sql-example"
  database_version = "POSTGRES_16"
  region           = "europe-west1"
  settings {
    tier = "db-custom-2-7680"
    backup_configuration {
      enabled = true
    }
    ip_configuration {
      ipv4_enabled    = false
      private_network = "projects/example/global/networks/vpc-example"
    }
  }
}

resource "google_storage_bucket" "example" {
  name     = "example-data"
  location = "EU"
  for_each = { logs = false, data = true }
  versioning {
    enabled = false
  }
}

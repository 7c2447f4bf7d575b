resource "google_storage_bucket" "example" {
  name     = "example-data"
  location = "EU"
  count    = 2
  versioning {
    enabled = true
  }
}

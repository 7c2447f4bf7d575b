resource "google_storage_bucket" "example" {
  name     = "example-data"
  location = "EU"
  labels = {
    cost_center = "42"
  }
}

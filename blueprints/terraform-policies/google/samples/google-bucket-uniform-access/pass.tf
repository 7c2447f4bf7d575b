resource "google_storage_bucket" "example" {
  name                        = "example-data"
  location                    = "EU"
  uniform_bucket_level_access = true
}

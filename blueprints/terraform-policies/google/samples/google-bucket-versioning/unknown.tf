resource "terraform_data" "settings" {
  input = true
}

resource "google_storage_bucket" "example" {
  name     = "example-data"
  location = "EU"
  versioning {
    enabled = terraform_data.settings.output
  }
}

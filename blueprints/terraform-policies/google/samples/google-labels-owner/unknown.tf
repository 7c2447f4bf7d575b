resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_storage_bucket" "example" {
  name     = "example-data"
  location = "EU"
  labels = {
    owner = terraform_data.settings.output
  }
}

resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_storage_bucket_iam_member" "example" {
  bucket = "example-data"
  role   = "roles/storage.objectViewer"
  member = terraform_data.settings.output
}

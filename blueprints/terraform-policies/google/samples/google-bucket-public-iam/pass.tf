resource "google_storage_bucket_iam_member" "example" {
  bucket = "example-data"
  role   = "roles/storage.objectViewer"
  member = "group:readers@example.com"
}

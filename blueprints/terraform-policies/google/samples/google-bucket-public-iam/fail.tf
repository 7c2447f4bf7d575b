resource "google_storage_bucket_iam_member" "example" {
  bucket = "example-data"
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

resource "google_storage_bucket_iam_binding" "example" {
  bucket  = "example-data"
  role    = "roles/storage.objectViewer"
  members = ["group:readers@example.com", "allAuthenticatedUsers"]
}

resource "google_project_iam_member" "example" {
  project = "example"
  role    = "roles/editor"
  member  = "group:ops@example.com"
}

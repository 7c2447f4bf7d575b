resource "google_project_iam_member" "example" {
  project = "example"
  role    = "roles/run.developer"
  member  = "group:ops@example.com"
}

resource "google_project_iam_member" "example" {
  project = "example"
  role    = "roles/run.invoker"
  member  = "allUsers"
}

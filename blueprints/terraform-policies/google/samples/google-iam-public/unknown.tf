resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_project_iam_member" "example" {
  project = "example"
  role    = "roles/run.invoker"
  member  = terraform_data.settings.output
}

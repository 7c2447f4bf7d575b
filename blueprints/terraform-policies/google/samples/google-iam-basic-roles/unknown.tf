resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_project_iam_member" "example" {
  project = "example"
  role    = terraform_data.settings.output
  member  = "group:ops@example.com"
}

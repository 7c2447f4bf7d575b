resource "google_service_account_key" "example" {
  service_account_id = "projects/example/serviceAccounts/web@example.iam.gserviceaccount.com"
}

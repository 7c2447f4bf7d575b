resource "google_bigquery_dataset" "example" {
  dataset_id = "example"
  location   = "EU"
  access {
    role          = "READER"
    special_group = "allAuthenticatedUsers"
  }
}

resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_bigquery_dataset" "example" {
  dataset_id = "example"
  location   = "EU"
  access {
    role          = "READER"
    special_group = terraform_data.settings.output
  }
}

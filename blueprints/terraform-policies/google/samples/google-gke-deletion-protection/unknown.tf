resource "terraform_data" "settings" {
  input = true
}

resource "google_container_cluster" "example" {
  name                = "gke-example"
  location            = "europe-west1"
  initial_node_count  = 1
  deletion_protection = terraform_data.settings.output
}

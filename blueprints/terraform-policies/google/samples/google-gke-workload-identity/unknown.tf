resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_container_cluster" "example" {
  name               = "gke-example"
  location           = "europe-west1"
  initial_node_count = 1
  workload_identity_config {
    workload_pool = terraform_data.settings.output
  }
}

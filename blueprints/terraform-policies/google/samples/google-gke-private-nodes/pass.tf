resource "google_container_cluster" "example" {
  name               = "gke-example"
  location           = "europe-west1"
  initial_node_count = 1
  private_cluster_config {
    enable_private_nodes = true
  }
}

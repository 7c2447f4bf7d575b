resource "google_compute_subnetwork" "example" {
  name          = "snet-example"
  network       = "vpc-example"
  region        = "europe-west1"
  ip_cidr_range = "10.0.1.0/24"
  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
  }
}

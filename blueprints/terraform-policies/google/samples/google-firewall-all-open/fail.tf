resource "google_compute_firewall" "example" {
  name          = "example"
  network       = "vpc-example"
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "all"
  }
}

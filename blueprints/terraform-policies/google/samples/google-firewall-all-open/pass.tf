resource "google_compute_firewall" "example" {
  name          = "example"
  network       = "vpc-example"
  source_ranges = ["10.0.0.0/8"]
  allow {
    protocol = "all"
  }
}

resource "google_compute_firewall" "web" {
  name          = "example"
  network       = "vpc-example"
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

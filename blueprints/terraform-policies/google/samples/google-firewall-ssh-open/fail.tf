resource "google_compute_firewall" "example" {
  name          = "example"
  network       = "vpc-example"
  source_ranges = ["10.0.0.0/8", "0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["20-24"]
  }
}

resource "google_compute_firewall" "all" {
  name          = "example"
  network       = "vpc-example"
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "all"
  }
}

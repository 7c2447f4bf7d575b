resource "google_compute_firewall" "example" {
  name          = "example"
  network       = "vpc-example"
  source_ranges = ["35.235.240.0/20"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_firewall" "web" {
  name          = "example"
  network       = "vpc-example"
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["80", "443", "8000-8999"]
  }
}

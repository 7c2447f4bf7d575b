resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_compute_firewall" "example" {
  name          = "example"
  network       = "vpc-example"
  source_ranges = [terraform_data.settings.output]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

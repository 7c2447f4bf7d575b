resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_compute_instance" "example" {
  name         = "vm-example"
  machine_type = "e2-medium"
  zone         = "europe-west1-b"
  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }
  network_interface {
    subnetwork = "snet-example"
  }
  metadata = {
    block-project-ssh-keys = terraform_data.settings.output
  }
}

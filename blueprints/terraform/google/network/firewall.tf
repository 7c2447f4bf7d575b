# Without it the implied rule denies as well, and nobody learns what was denied.
resource "google_compute_firewall" "deny" {
  name          = "deny-all-ingress-${module.naming.short}"
  project       = var.project_id
  network       = google_compute_network.this.id
  direction     = "INGRESS"
  priority      = 65000
  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "health_checks" {
  name        = "allow-health-checks-${module.naming.short}"
  project     = var.project_id
  network     = google_compute_network.this.id
  direction   = "INGRESS"
  priority    = 1000
  target_tags = ["load-balanced"]

  # The ranges that Google's health checks come from.
  source_ranges = ["130.211.0.0/22", "35.191.0.0/16"]

  allow {
    protocol = "tcp"
  }
}

resource "google_compute_firewall" "iap" {
  count = var.iap_ssh ? 1 : 0

  name        = "allow-iap-ssh-${module.naming.short}"
  project     = var.project_id
  network     = google_compute_network.this.id
  direction   = "INGRESS"
  priority    = 1000
  target_tags = ["iap-ssh"]

  # The range that Identity-Aware Proxy comes from.
  source_ranges = ["35.235.240.0/20"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "ingress" {
  for_each = var.ingress

  name          = "${each.key}-${module.naming.short}"
  project       = var.project_id
  network       = google_compute_network.this.id
  direction     = "INGRESS"
  priority      = each.value.priority
  source_ranges = each.value.source_ranges
  target_tags   = each.value.target_tags

  dynamic "allow" {
    for_each = each.value.ports

    content {
      protocol = allow.key
      ports    = allow.value
    }
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

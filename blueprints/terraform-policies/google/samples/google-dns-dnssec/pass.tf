resource "google_dns_managed_zone" "example" {
  name       = "example"
  dns_name   = "example.com."
  visibility = "public"
  dnssec_config {
    state = "on"
  }
}

resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_dns_managed_zone" "example" {
  name       = "example"
  dns_name   = "example.com."
  visibility = "public"
  dnssec_config {
    state = terraform_data.settings.output
  }
}

resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_compute_ssl_policy" "example" {
  name            = "example"
  profile         = "MODERN"
  min_tls_version = terraform_data.settings.output
}

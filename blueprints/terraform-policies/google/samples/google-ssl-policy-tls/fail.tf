resource "google_compute_ssl_policy" "example" {
  name            = "example"
  profile         = "MODERN"
  min_tls_version = "TLS_1_0"
}

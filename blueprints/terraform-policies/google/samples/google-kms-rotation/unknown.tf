resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "google_kms_crypto_key" "example" {
  name            = "example"
  key_ring        = "projects/example/locations/europe-west1/keyRings/example"
  rotation_period = terraform_data.settings.output
}

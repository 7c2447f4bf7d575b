resource "google_kms_crypto_key" "example" {
  name            = "example"
  key_ring        = "projects/example/locations/europe-west1/keyRings/example"
  rotation_period = "7776000s"
}

resource "google_storage_bucket" "example" {
  name                     = "example-data"
  location                 = "EU"
  public_access_prevention = "enforced"
}

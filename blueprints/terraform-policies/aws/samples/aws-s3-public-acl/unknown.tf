resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_s3_bucket_acl" "example" {
  bucket = "example-logs"
  acl    = terraform_data.settings.output
}

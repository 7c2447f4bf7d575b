resource "terraform_data" "settings" {
  input = true
}

resource "aws_cloudtrail" "example" {
  name                  = "example"
  s3_bucket_name        = "example-trail"
  is_multi_region_trail = terraform_data.settings.output
}

resource "aws_cloudtrail" "example" {
  name                       = "example"
  s3_bucket_name             = "example-trail"
  enable_log_file_validation = true
}

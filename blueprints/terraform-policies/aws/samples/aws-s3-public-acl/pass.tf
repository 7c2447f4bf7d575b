resource "aws_s3_bucket_acl" "example" {
  bucket = "example-logs"
  acl    = "private"
}

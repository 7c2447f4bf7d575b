resource "aws_s3_bucket" "example" {
  bucket = "example-logs"
}

resource "aws_s3_bucket_logging" "example" {
  bucket        = aws_s3_bucket.example.id
  target_bucket = "example-access"
  target_prefix = "log/"
}

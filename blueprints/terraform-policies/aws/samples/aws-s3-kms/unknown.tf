resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_s3_bucket" "example" {
  bucket = "example-logs"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "example" {
  bucket = aws_s3_bucket.example.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = terraform_data.settings.output
    }
  }
}

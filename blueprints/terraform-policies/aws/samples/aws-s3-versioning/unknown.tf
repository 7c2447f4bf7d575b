resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_s3_bucket" "example" {
  bucket = "example-logs"
}

resource "aws_s3_bucket_versioning" "example" {
  bucket = aws_s3_bucket.example.id
  versioning_configuration {
    status = terraform_data.settings.output
  }
}

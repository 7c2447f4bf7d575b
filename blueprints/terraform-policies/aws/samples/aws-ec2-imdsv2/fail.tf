resource "aws_instance" "example" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.small"
  metadata_options {
    http_tokens   = "optional"
    http_endpoint = "enabled"
  }
}

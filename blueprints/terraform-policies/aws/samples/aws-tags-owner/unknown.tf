resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_instance" "example" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.small"
  tags = {
    owner = terraform_data.settings.output
  }
}

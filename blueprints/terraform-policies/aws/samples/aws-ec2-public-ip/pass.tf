resource "aws_instance" "example" {
  ami                         = "ami-0123456789abcdef0"
  instance_type               = "t3.small"
  associate_public_ip_address = false
}

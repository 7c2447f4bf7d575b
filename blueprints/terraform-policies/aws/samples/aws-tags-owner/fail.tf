resource "aws_instance" "example" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.small"
  tags = {
    cost_center = "42"
  }
  tags_all = {
    cost_center = "42"
  }
}

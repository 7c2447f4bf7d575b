locals {
  team = "web"
  tags = {
    owner = "team-${local.team}"
  }
}

resource "aws_instance" "example" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.small"
  tags          = local.tags
}

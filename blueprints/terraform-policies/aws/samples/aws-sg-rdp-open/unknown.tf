resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_vpc_security_group_ingress_rule" "example" {
  security_group_id = "sg-0123456789abcdef0"
  ip_protocol       = "tcp"
  cidr_ipv4         = terraform_data.settings.output
  from_port         = 3389
  to_port           = 3389
}

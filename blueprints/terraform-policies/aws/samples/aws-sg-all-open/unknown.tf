resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_vpc_security_group_ingress_rule" "example" {
  security_group_id = "sg-0123456789abcdef0"
  ip_protocol       = terraform_data.settings.output
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 1
  to_port           = 2
}

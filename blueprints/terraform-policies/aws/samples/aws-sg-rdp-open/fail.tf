resource "aws_vpc_security_group_ingress_rule" "example" {
  security_group_id = "sg-0123456789abcdef0"
  ip_protocol       = "tcp"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 0
  to_port           = 9000
}

resource "aws_security_group_rule" "example" {
  security_group_id = "sg-0123456789abcdef0"
  type              = "ingress"
  protocol          = "-1"
  ipv6_cidr_blocks  = ["::/0"]
  from_port         = 0
  to_port           = 0
}

resource "aws_security_group" "example" {
  name   = "example"
  vpc_id = "vpc-0123456789abcdef0"
  ingress {
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8", "0.0.0.0/0"]
    from_port   = 3389
    to_port     = 3389
  }
}

resource "aws_lb" "example" {
  name                       = "example"
  subnets                    = ["subnet-1", "subnet-2"]
  enable_deletion_protection = true
}

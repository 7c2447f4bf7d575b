resource "aws_lb" "example" {
  name    = "example"
  subnets = ["subnet-1", "subnet-2"]
}

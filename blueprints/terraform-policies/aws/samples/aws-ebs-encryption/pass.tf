resource "aws_ebs_volume" "example" {
  availability_zone = "eu-central-1a"
  size              = 20
  encrypted         = true
}

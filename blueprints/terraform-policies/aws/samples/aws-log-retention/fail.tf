resource "aws_cloudwatch_log_group" "example" {
  name              = "/example/app"
  retention_in_days = 7
}

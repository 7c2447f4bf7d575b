resource "terraform_data" "settings" {
  input = 365
}

resource "aws_cloudwatch_log_group" "example" {
  name              = "/example/app"
  retention_in_days = terraform_data.settings.output
}

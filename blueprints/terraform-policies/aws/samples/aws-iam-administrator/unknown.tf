resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_iam_role_policy_attachment" "example" {
  role       = "deploy"
  policy_arn = terraform_data.settings.output
}

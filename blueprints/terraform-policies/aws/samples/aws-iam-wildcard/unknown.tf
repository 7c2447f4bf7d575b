resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_iam_policy" "example" {
  name = "example"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = terraform_data.settings.output
      Resource = "*"
    }]
  })
}

resource "terraform_data" "settings" {
  input = 16
}

resource "aws_iam_account_password_policy" "example" {
  minimum_password_length = terraform_data.settings.output
  require_symbols         = true
}

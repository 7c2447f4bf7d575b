resource "aws_iam_account_password_policy" "example" {
  minimum_password_length = 16
  require_symbols         = true
}

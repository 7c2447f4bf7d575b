resource "aws_kms_key" "example" {
  description         = "example"
  enable_key_rotation = true
}

resource "aws_kms_key" "signing" {
  description              = "example"
  customer_master_key_spec = "RSA_4096"
  key_usage                = "SIGN_VERIFY"
}

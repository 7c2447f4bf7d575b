resource "terraform_data" "settings" {
  input = true
}

resource "aws_kms_key" "example" {
  description         = "example"
  enable_key_rotation = terraform_data.settings.output
}

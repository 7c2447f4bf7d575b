resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_sns_topic" "example" {
  name              = "example"
  kms_master_key_id = terraform_data.settings.output
}

resource "aws_sns_topic" "example" {
  name              = "example"
  kms_master_key_id = "alias/aws/sns"
}

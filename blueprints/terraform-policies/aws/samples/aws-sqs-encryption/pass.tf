resource "aws_sqs_queue" "example" {
  name                    = "example"
  sqs_managed_sse_enabled = true
}

resource "aws_sqs_queue" "kms" {
  name              = "example"
  kms_master_key_id = "alias/aws/sqs"
}

resource "aws_sqs_queue" "example" {
  name                    = "example"
  sqs_managed_sse_enabled = false
}

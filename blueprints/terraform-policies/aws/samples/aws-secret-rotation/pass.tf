resource "aws_secretsmanager_secret" "example" {
  name = "example"
}

resource "aws_secretsmanager_secret_rotation" "example" {
  secret_id           = aws_secretsmanager_secret.example.id
  rotation_lambda_arn = "arn:aws:lambda:eu-central-1:111122223333:function:rotate"
  rotation_rules {
    automatically_after_days = 30
  }
}

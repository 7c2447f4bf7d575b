output "bucket" {
  description = "The name of the bucket."
  value       = aws_s3_bucket.this.bucket
}

output "bucket_arn" {
  description = "The ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "kms_key_arn" {
  description = "The ARN of the key that states are encrypted with."
  value       = aws_kms_key.this.arn
}

output "backend" {
  description = "What the backend s3 takes, but for `key`, which is each root module's own."
  value = {
    bucket       = aws_s3_bucket.this.bucket
    region       = var.context.location
    kms_key_id   = aws_kms_key.this.arn
    encrypt      = true
    use_lockfile = true
  }
}

output "writer_policies" {
  description = "Policies (JSON) for roles that read, write and lock the states below one of `writer_prefixes`, by its name."
  value = {
    for name, prefix in var.writer_prefixes : name => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect    = "Allow"
          Action    = "s3:ListBucket"
          Resource  = aws_s3_bucket.this.arn
          Condition = { StringLike = { "s3:prefix" = ["${prefix}/*"] } }
        },
        {
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "${aws_s3_bucket.this.arn}/${prefix}/*"
        },
        {
          Effect   = "Allow"
          Action   = "s3:DeleteObject"
          Resource = "${aws_s3_bucket.this.arn}/${prefix}/*.tflock"
        },
        {
          Effect   = "Allow"
          Action   = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"]
          Resource = aws_kms_key.this.arn
        },
      ]
    })
  }
}

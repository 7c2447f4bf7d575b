provider "aws" {
  region = "eu-central-1"
}

variables {
  context         = { workload = "tfstate", environment = "prod", location = "eu-central-1", owner = "platform@example.com" }
  writer_prefixes = { network = "network/prod" }
}

run "is_closed_encrypted_and_versioned" {
  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy &&
      aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets &&
      aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    )
    error_message = "the bucket can be made public"
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == aws_kms_key.this.arn && aws_kms_key.this.enable_key_rotation
    error_message = "states are not encrypted with the key"
  }
  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled" && aws_s3_bucket.this.force_destroy == false
    error_message = "a state can get lost"
  }
  assert {
    condition     = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect] == ["Deny", "Deny", "Deny"]
    error_message = "the policy allows something"
  }
  assert {
    condition     = output.backend.use_lockfile && output.backend.bucket == aws_s3_bucket.this.id && can(regex("^[a-z0-9-]{3,63}$", output.bucket))
    error_message = "the backend is not the bucket"
  }
  assert {
    condition     = jsondecode(output.writer_policies["network"]).Statement[1].Resource == "${output.bucket_arn}/network/prod/*" && jsondecode(output.writer_policies["network"]).Statement[2].Resource == "${output.bucket_arn}/network/prod/*.tflock"
    error_message = "writers may do more than write their states and take back their locks"
  }
}

run "logs_access_where_asked" {
  command = plan
  variables {
    access_log_bucket         = "logs-of-example"
    version_retention_in_days = 90
  }
  assert {
    condition     = aws_s3_bucket_logging.this[0].target_bucket == "logs-of-example" && one(one(aws_s3_bucket_lifecycle_configuration.this.rule).noncurrent_version_expiration).noncurrent_days == 90
    error_message = "access log or retention are not those that were asked for"
  }
}

run "refuses_wildcards_and_short_retention" {
  command = plan
  variables {
    writer_prefixes           = { all = "*" }
    version_retention_in_days = 1
  }
  expect_failures = [var.writer_prefixes, var.version_retention_in_days]
}

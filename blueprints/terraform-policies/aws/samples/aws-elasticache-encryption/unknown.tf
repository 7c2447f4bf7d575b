resource "terraform_data" "settings" {
  input = true
}

resource "aws_elasticache_replication_group" "example" {
  replication_group_id       = "example"
  description                = "cache"
  node_type                  = "cache.t4g.small"
  engine                     = "redis"
  at_rest_encryption_enabled = true
  transit_encryption_enabled = terraform_data.settings.output
}

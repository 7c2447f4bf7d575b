resource "aws_redshift_cluster" "example" {
  cluster_identifier     = "example"
  node_type              = "ra3.large"
  master_username        = "app"
  manage_master_password = true
  publicly_accessible    = false
}

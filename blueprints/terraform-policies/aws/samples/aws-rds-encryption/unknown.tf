resource "terraform_data" "settings" {
  input = true
}

resource "aws_rds_cluster" "example" {
  cluster_identifier          = "example"
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
  storage_encrypted           = terraform_data.settings.output
}

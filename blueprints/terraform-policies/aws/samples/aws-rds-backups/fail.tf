resource "aws_db_instance" "example" {
  identifier                  = "example"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 20
  username                    = "app"
  manage_master_user_password = true
  skip_final_snapshot         = true
  backup_retention_period     = 0
}

resource "aws_rds_cluster" "example" {
  cluster_identifier          = "example"
  engine                      = "aurora-postgresql"
  master_username             = "app"
  manage_master_user_password = true
  backup_retention_period     = 1
}

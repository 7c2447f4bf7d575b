resource "terraform_data" "settings" {
  input = 14
}

resource "aws_db_instance" "example" {
  identifier                  = "example"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 20
  username                    = "app"
  manage_master_user_password = true
  skip_final_snapshot         = true
  backup_retention_period     = terraform_data.settings.output
}

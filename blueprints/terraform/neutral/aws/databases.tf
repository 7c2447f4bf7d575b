resource "aws_db_subnet_group" "this" {
  count = length(var.databases) > 0 ? 1 : 0

  name        = "db-${module.naming.short}"
  description = "Subnets without a way to the internet."
  subnet_ids  = values(module.network.data_subnet_ids)
  tags        = local.tags
}

resource "aws_security_group" "databases" {
  count = length(var.databases) > 0 ? 1 : 0

  name        = "db-${module.naming.short}"
  description = "PostgreSQL for the network."
  vpc_id      = module.network.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "databases" {
  count = length(var.databases) > 0 ? 1 : 0

  security_group_id = aws_security_group.databases[0].id
  description       = "PostgreSQL from the network."
  cidr_ipv4         = var.network.cidr_block
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_db_parameter_group" "this" {
  for_each = var.databases

  name        = "${each.key}-${module.naming.short}"
  description = "PostgreSQL over TLS only."
  family      = "postgres${each.value.version}"
  tags        = local.tags

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_instance" "this" {
  for_each = var.databases

  identifier                          = "${each.key}-${module.naming.short}"
  engine                              = "postgres"
  engine_version                      = each.value.version
  instance_class                      = local.database_types[each.value.size]
  db_name                             = each.key
  username                            = "dbadmin"
  manage_master_user_password         = true
  allocated_storage                   = each.value.storage_gb
  max_allocated_storage               = each.value.storage_gb * 4
  storage_type                        = "gp3"
  storage_encrypted                   = true
  db_subnet_group_name                = aws_db_subnet_group.this[0].name
  vpc_security_group_ids              = [aws_security_group.databases[0].id]
  parameter_group_name                = aws_db_parameter_group.this[each.key].name
  publicly_accessible                 = false
  multi_az                            = each.value.high_availability
  backup_retention_period             = each.value.backup_retention_days
  copy_tags_to_snapshot               = true
  auto_minor_version_upgrade          = true
  iam_database_authentication_enabled = true
  performance_insights_enabled        = true
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
  deletion_protection                 = var.deletion_protection
  skip_final_snapshot                 = !var.deletion_protection
  final_snapshot_identifier           = var.deletion_protection ? "${each.key}-${module.naming.short}-final" : null
  tags                                = local.tags
}

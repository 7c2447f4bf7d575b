provider "aws" {
  region = "eu-central-1"
}

variables {
  context    = { workload = "shop", environment = "prod", location = "eu-central-1", owner = "shop@example.com" }
  cidr_block = "10.20.0.0/16"
}

run "keeps_data_inside_and_logs_everything" {
  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { eu-central-1a = "10.20.0.0/18", eu-central-1b = "10.20.64.0/18", eu-central-1c = "10.20.128.0/18" }
    error_message = "the private ranges are ${jsonencode({ for zone, subnet in aws_subnet.private : zone => subnet.cidr_block })}"
  }
  assert {
    condition     = aws_subnet.public["eu-central-1a"].cidr_block == "10.20.192.0/21" && aws_subnet.data["eu-central-1c"].cidr_block == "10.20.240.0/21"
    error_message = "public or data ranges are wrong: ${aws_subnet.public["eu-central-1a"].cidr_block}, ${aws_subnet.data["eu-central-1c"].cidr_block}"
  }
  assert {
    condition     = alltrue([for route in aws_route.private : route.route_table_id != aws_route_table.data.id]) && aws_route.public[0].route_table_id != aws_route_table.data.id && length(aws_nat_gateway.this) == 3
    error_message = "data subnets reach the internet, or a zone has no way out of its own"
  }
  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.map_public_ip_on_launch == false]) && length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "something is public or allowed that nobody asked for"
  }
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.kms_key_id == aws_kms_key.logs.arn && aws_kms_key.logs.enable_key_rotation
    error_message = "flow logs are missing or not encrypted"
  }
}

run "goes_without_a_way_out" {
  command = plan
  variables {
    nat                 = "none"
    public_subnets      = false
    zone_count          = 2
    interface_endpoints = ["sts"]
  }
  assert {
    condition     = length(aws_internet_gateway.this) == 0 && length(aws_nat_gateway.this) == 0 && length(aws_route.private) == 0 && length(aws_subnet.public) == 0
    error_message = "there is a way out"
  }
  assert {
    condition     = length(aws_subnet.private) == 2 && aws_vpc_endpoint.interface["sts"].private_dns_enabled && aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == "10.20.0.0/16"
    error_message = "the endpoint is missing, or open"
  }
}

run "refuses_nat_without_public_subnets" {
  command = plan
  variables {
    public_subnets = false
  }
  expect_failures = [aws_vpc.this]
}

run "refuses_ranges_and_numbers_that_do_not_fit" {
  command = plan
  variables {
    cidr_block                 = "10.20.0.0/24"
    zone_count                 = 1
    nat                        = "some"
    interface_endpoints        = ["s3"]
    flow_log_retention_in_days = 31
  }
  expect_failures = [var.cidr_block, var.zone_count, var.nat, var.interface_endpoints, var.flow_log_retention_in_days]
}

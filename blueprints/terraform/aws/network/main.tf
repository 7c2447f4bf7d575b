module "naming" {
  source  = "../../naming"
  context = var.context
}

data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  tags  = module.naming.tags
  zones = slice(sort(data.aws_availability_zones.available.names), 0, var.zone_count)

  # Three quarters for the private subnets, the last one in eighths: four for public, four for data.
  rest    = cidrsubnet(var.cidr_block, 2, 3)
  private = { for index, zone in local.zones : zone => cidrsubnet(var.cidr_block, 2, index) }
  public  = { for index, zone in local.zones : zone => cidrsubnet(local.rest, 3, index) if var.public_subnets }
  data    = { for index, zone in local.zones : zone => cidrsubnet(local.rest, 3, 4 + index) }

  nat_zones = var.nat == "none" ? [] : var.nat == "single" ? [local.zones[0]] : local.zones
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr_block
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(local.tags, { Name = "vpc-${module.naming.suffix}" })

  lifecycle {
    precondition {
      condition     = var.nat == "none" || var.public_subnets
      error_message = "NAT gateways need public subnets: set public_subnets to true, or nat to none."
    }
  }
}

# Whatever is put in no group of its own is in this one, so it allows nothing.
resource "aws_default_security_group" "this" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []
  tags    = merge(local.tags, { Name = "default-denies-all" })
}

resource "aws_subnet" "private" {
  for_each = local.private

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value
  tags              = merge(local.tags, { Name = "private-${each.key}-${module.naming.short}", "kubernetes.io/role/internal-elb" = "1" })
}

resource "aws_subnet" "data" {
  for_each = local.data

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value
  tags              = merge(local.tags, { Name = "data-${each.key}-${module.naming.short}" })
}

resource "aws_subnet" "public" {
  for_each = local.public

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = merge(local.tags, { Name = "public-${each.key}-${module.naming.short}", "kubernetes.io/role/elb" = "1" })
}

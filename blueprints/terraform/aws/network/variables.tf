variable "context" {
  description = "What the resources are for and who answers for them; the naming module describes its fields and checks them."
  type = object({
    workload    = string
    environment = string
    location    = string
    owner       = string
    instance    = optional(string, "001")
    unique_seed = optional(string, "")
    tags        = optional(map(string), {})
  })
  nullable = false
}

variable "cidr_block" {
  description = "The IPv4 range of the VPC, from /16 to /20."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("/(1[6-9]|20)$", var.cidr_block)) && try(cidrhost(var.cidr_block, 0) == split("/", var.cidr_block)[0], false)
    error_message = "cidr_block must be the first address and a mask from /16 to /20: 10.0.0.0/16."
  }
}

variable "zone_count" {
  description = "In how many zones there are subnets: 2 or 3."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = contains([2, 3], var.zone_count)
    error_message = "zone_count must be 2 or 3: with one zone everything stops when that stops."
  }
}

variable "public_subnets" {
  description = "Whether there are public subnets, for load balancers and NAT gateways."
  type        = bool
  default     = true
  nullable    = false
}

variable "nat" {
  description = "How private subnets go out: through a NAT gateway in each zone (per-zone), through a single one (single), or not at all (none)."
  type        = string
  default     = "per-zone"
  nullable    = false

  validation {
    condition     = contains(["per-zone", "single", "none"], var.nat)
    error_message = "nat must be per-zone, single or none."
  }
}

variable "interface_endpoints" {
  description = "Services of AWS that are reached inside of the VPC, as ecr.api, ecr.dkr, sts, logs."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setintersection(var.interface_endpoints, ["s3", "dynamodb"])) == 0
    error_message = "interface_endpoints must not hold s3 and dynamodb: they have gateway endpoints already."
  }
}

variable "flow_log_retention_in_days" {
  description = "How long flow logs are kept; a number that CloudWatch knows."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_log_retention_in_days)
    error_message = "flow_log_retention_in_days must be 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 or a whole number of years that CloudWatch knows."
  }
}

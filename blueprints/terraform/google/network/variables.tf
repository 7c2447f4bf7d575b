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

variable "project_id" {
  description = "The project that everything is made in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the ID of a project: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "subnets" {
  description = "The subnets by name, in the region of the context unless they have one of their own."
  type = map(object({
    ip_cidr_range    = string
    region           = optional(string)
    secondary_ranges = optional(map(string), {})
  }))
  nullable = false

  validation {
    condition     = length(var.subnets) > 0 && alltrue([for subnet in values(var.subnets) : can(cidrhost(subnet.ip_cidr_range, 0)) && alltrue([for range in values(subnet.secondary_ranges) : can(cidrhost(range, 0))])])
    error_message = "subnets must hold a subnet at least, and all ranges must be of the form 10.0.0.0/20."
  }

  validation {
    condition     = alltrue([for name in keys(var.subnets) : can(regex("^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$", name))])
    error_message = "subnets must have names of lower-case letters, digits and hyphens, at most 30 characters."
  }
}

variable "ingress" {
  description = "What gets in, by the name of the rule: ports by protocol, ranges it comes from, tags of the machines that it gets to."
  type = map(object({
    ports         = map(list(string))
    source_ranges = set(string)
    target_tags   = optional(set(string))
    priority      = optional(number, 1000)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue(flatten([for rule in values(var.ingress) : [for range in rule.source_ranges : can(cidrhost(range, 0)) && try(tonumber(split("/", range)[1]) >= 8, false)]]))
    error_message = "ingress[*].source_ranges must hold ranges of /8 or smaller, never everybody (0.0.0.0/0): publish by a load balancer."
  }

  validation {
    condition     = alltrue([for rule in values(var.ingress) : rule.priority < 65000 && length(rule.ports) > 0])
    error_message = "ingress[*].priority must be below 65000, where the rule that denies everything is, and ports must name a protocol."
  }
}

variable "iap_ssh" {
  description = "Whether Identity-Aware Proxy reaches SSH on machines with the tag iap-ssh."
  type        = bool
  default     = false
  nullable    = false
}

variable "private_services_prefix_length" {
  description = "The mask of the range for services that Google runs in a network of its own, as Cloud SQL: 16 to 24. Null: none."
  type        = number
  default     = null

  validation {
    condition     = var.private_services_prefix_length == null || try(var.private_services_prefix_length >= 16 && var.private_services_prefix_length <= 24, false)
    error_message = "private_services_prefix_length must be from 16 to 24."
  }
}

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

variable "governance" {
  description = "Management groups, subscriptions, policies and roles, as the module governance takes them. Null: none are made, as in a tenant that has its tree already."
  type = object({
    root_parent_id = optional(string)
    management_groups = map(object({
      display_name = string
      parent       = optional(string)
    }))
    subscriptions = optional(map(object({
      subscription_id  = string
      management_group = string
    })), {})
    baseline = optional(object({
      allowed_locations  = set(string)
      required_tags      = optional(set(string), ["workload", "environment", "owner"])
      enforce            = optional(bool, true)
      security_benchmark = optional(bool, true)
      not_scopes         = optional(list(string), [])
    }))
    policy_assignments = optional(map(object({
      management_group       = string
      policy_definition_id   = string
      display_name           = string
      description            = optional(string, "")
      parameters             = optional(string)
      enforce                = optional(bool, true)
      not_scopes             = optional(list(string), [])
      non_compliance_message = optional(string)
      roles                  = optional(set(string), [])
    })), {})
    role_assignments = optional(map(object({
      management_group = string
      principal_id     = string
      role             = string
      principal_type   = optional(string, "Group")
      description      = optional(string, "")
      condition        = optional(string)
    })), {})
  })
  default = null
}

variable "network" {
  description = "The hub: its ranges, the range of the firewall, that of the private endpoints, further subnets and what the firewall lets through."
  type = object({
    address_space    = list(string)
    firewall_prefix  = string
    endpoints_prefix = string
    firewall_tier    = optional(string, "Standard")
    subnets = optional(map(object({
      address_prefix    = string
      delegation        = optional(string)
      service_endpoints = optional(set(string), [])
      through_firewall  = optional(bool, true)
      inbound = optional(map(object({
        priority    = number
        ports       = set(string)
        sources     = set(string)
        protocol    = optional(string, "Tcp")
        description = optional(string, "")
      })), {})
    })), {})
    network_rules = optional(map(object({
      sources      = set(string)
      destinations = set(string)
      ports        = set(string)
      protocols    = optional(set(string), ["TCP"])
    })), {})
    application_rules = optional(map(object({
      sources = set(string)
      fqdns   = set(string)
    })), {})
    private_dns_zones = optional(set(string), [])
  })
  nullable = false

  validation {
    condition     = !contains(keys(var.network.subnets), "endpoints")
    error_message = "network.subnets must not hold a subnet called endpoints: that is the one of the private endpoints."
  }
}

variable "logs" {
  description = "How long logs can be queried, and who may read all of them: object IDs by a name of your choice."
  type = object({
    retention_in_days = optional(number, 90)
    readers           = optional(map(string), {})
  })
  default  = {}
  nullable = false
}

variable "vault_role_assignments" {
  description = "Who may do what in the vault, by a name of your choice."
  type = map(object({
    principal_id   = string
    role           = string
    principal_type = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "state" {
  description = "The storage for the state of Terraform: its containers, who reads and writes them, and how often it is kept."
  type = object({
    containers        = optional(set(string), ["tfstate"])
    replication       = optional(string, "ZRS")
    allowed_ip_ranges = optional(set(string), [])
    contributors = optional(map(object({
      principal_id   = string
      container      = optional(string, "tfstate")
      principal_type = optional(string)
    })), {})
  })
  default  = {}
  nullable = false
}

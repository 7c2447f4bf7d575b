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

variable "resource_group_name" {
  description = "The resource group that the hub is made in. It has to be there."
  type        = string
  nullable    = false
}

variable "log_analytics_workspace_id" {
  description = "Where the logs and metrics of the network, the firewall and its address go."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.OperationalInsights/workspaces/[^/]+$", var.log_analytics_workspace_id))
    error_message = "log_analytics_workspace_id must be the resource ID of a workspace: /subscriptions/.../providers/Microsoft.OperationalInsights/workspaces/NAME."
  }
}

variable "address_space" {
  description = "The IPv4 ranges of the network, at least a /24 each."
  type        = list(string)
  nullable    = false

  validation {
    condition = length(var.address_space) > 0 && alltrue([
      for range in var.address_space : can(cidrhost(range, 0)) && can(regex("^[0-9.]+/(8|9|1[0-9]|2[0-4])$", range))
    ])
    error_message = "address_space must hold IPv4 ranges from /8 to /24, as 10.0.0.0/16."
  }

  validation {
    condition     = alltrue([for range in var.address_space : try(cidrhost(range, 0) == split("/", range)[0], false)])
    error_message = "address_space must hold the first address of each range: 10.0.0.0/16, not 10.0.1.7/16."
  }
}

variable "subnets" {
  description = "The subnets by name. Nothing gets in but what `inbound` says; what goes out goes through the firewall, unless `through_firewall` is false."
  type = map(object({
    address_prefix                    = string
    delegation                        = optional(string)
    service_endpoints                 = optional(set(string), [])
    private_endpoint_network_policies = optional(string, "Enabled")
    through_firewall                  = optional(bool, true)
    inbound = optional(map(object({
      priority    = number
      ports       = set(string)
      sources     = set(string)
      protocol    = optional(string, "Tcp")
      description = optional(string, "")
    })), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for subnet in values(var.subnets) : can(cidrhost(subnet.address_prefix, 0))])
    error_message = "subnets[*].address_prefix must be a range: 10.0.1.0/24."
  }

  validation {
    condition     = length(setintersection(keys(var.subnets), ["AzureFirewallSubnet", "AzureFirewallManagementSubnet", "AzureBastionSubnet", "GatewaySubnet"])) == 0
    error_message = "subnets must not hold the names that Azure reserves: AzureFirewallSubnet comes with `firewall`, the others have rules of their own."
  }

  validation {
    condition = alltrue(flatten([
      for subnet in values(var.subnets) : [
        for rule in values(subnet.inbound) : [
          for source in rule.sources : !contains(["*", "0.0.0.0/0", "::/0", "internet", "any"], lower(source))
        ]
      ]
    ]))
    error_message = "subnets[*].inbound[*].sources must not let the whole internet in: publish through the firewall, an application gateway or a front door."
  }

  validation {
    condition = alltrue(flatten([
      for subnet in values(var.subnets) : [for rule in values(subnet.inbound) : rule.priority >= 100 && rule.priority <= 3999]
    ]))
    error_message = "subnets[*].inbound[*].priority must be from 100 to 3999; 4000 and above is the module's."
  }

  validation {
    condition = alltrue([
      for subnet in values(var.subnets) : length(subnet.inbound) == length(distinct([for rule in values(subnet.inbound) : rule.priority]))
    ])
    error_message = "subnets[*].inbound[*].priority must differ within a subnet."
  }

  validation {
    condition = alltrue([
      for subnet in values(var.subnets) : contains(["Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"], subnet.private_endpoint_network_policies)
    ])
    error_message = "subnets[*].private_endpoint_network_policies must be Enabled, Disabled, NetworkSecurityGroupEnabled or RouteTableEnabled."
  }
}

variable "firewall" {
  description = "The firewall between the subnets and everything else. `network_rules` and `application_rules` are what it lets through; without them it lets nothing through."
  type = object({
    address_prefix = string
    tier           = optional(string, "Standard")
    zones          = optional(set(string), ["1", "2", "3"])
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
  })
  nullable = false

  validation {
    condition     = can(regex("/2[0-6]$", var.firewall.address_prefix)) && can(cidrhost(var.firewall.address_prefix, 0))
    error_message = "firewall.address_prefix must be a range of /26 or larger: Azure asks for that much for AzureFirewallSubnet."
  }

  validation {
    condition     = contains(["Standard", "Premium"], var.firewall.tier)
    error_message = "firewall.tier must be Standard or Premium: Basic has no DNS proxy and does not deny by threat intelligence."
  }

  validation {
    condition     = alltrue([for rule in values(var.firewall.application_rules) : !contains(rule.fqdns, "*")])
    error_message = "firewall.application_rules[*].fqdns must name hosts, not all of them (*)."
  }

  validation {
    condition     = alltrue([for rule in values(var.firewall.network_rules) : !contains(rule.destinations, "*") && !contains(rule.destinations, "0.0.0.0/0")])
    error_message = "firewall.network_rules[*].destinations must name ranges or service tags, not everything."
  }
}

variable "private_dns_zones" {
  description = "Private DNS zones that the hub resolves, as privatelink.vaultcore.azure.net."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "ddos_protection_plan_id" {
  description = "A DDoS protection plan for the network; null leaves it with the protection of the platform."
  type        = string
  default     = null
}

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
  description = "The resource group that everything is made in. It has to be there."
  type        = string
  nullable    = false
}

variable "log_analytics_workspace_id" {
  description = "The resource ID of the Log Analytics workspace that logs and metrics go to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.OperationalInsights/workspaces/[^/]+$", var.log_analytics_workspace_id))
    error_message = "log_analytics_workspace_id must be the resource ID of a workspace: /subscriptions/.../providers/Microsoft.OperationalInsights/workspaces/NAME."
  }
}

variable "tenant_id" {
  description = "The tenant whose identities the vault knows. Null: the tenant of the provider."
  type        = string
  default     = null
}

variable "sku" {
  description = "standard, or premium for keys in hardware."
  type        = string
  default     = "standard"
  nullable    = false

  validation {
    condition     = contains(["standard", "premium"], var.sku)
    error_message = "sku must be standard or premium."
  }
}

variable "private_endpoint" {
  description = "The subnet that a private endpoint is made in, and the private DNS zones that its name goes into. Null: somebody else makes the endpoint."
  type = object({
    subnet_id            = string
    private_dns_zone_ids = optional(list(string), [])
  })
  default = null
}

variable "allowed_ip_ranges" {
  description = "Public IPv4 ranges that may reach it without the private endpoint. Empty: public access is off."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for range in var.allowed_ip_ranges : can(cidrhost(range, 0)) && try(tonumber(split("/", range)[1]) >= 16, false)])
    error_message = "allowed_ip_ranges must hold ranges of /16 or smaller, as 192.0.2.0/24: everybody (0.0.0.0/0) is never let in."
  }
}

variable "role_assignments" {
  description = "Who may do what in the vault, by a name of your choice."
  type = map(object({
    principal_id   = string
    role           = string
    principal_type = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : startswith(assignment.role, "Key Vault ")])
    error_message = "role_assignments[*].role must be a role of the data plane, as \"Key Vault Secrets User\": Owner and Contributor do not open a vault."
  }
}

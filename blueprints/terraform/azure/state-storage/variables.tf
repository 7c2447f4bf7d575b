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

variable "containers" {
  description = "The containers, one for each team or stage that must not read the state of the others."
  type        = set(string)
  default     = ["tfstate"]
  nullable    = false

  validation {
    condition     = length(var.containers) > 0 && alltrue([for name in var.containers : can(regex("^[a-z0-9](-?[a-z0-9]){2,62}$", name))])
    error_message = "containers must hold names of 3 to 63 lower-case letters, digits and single hyphens."
  }
}

variable "replication" {
  description = "How often the data is kept: ZRS in the zones of the region, GZRS and RAGZRS also in another region; LRS and GRS for regions without zones."
  type        = string
  default     = "ZRS"
  nullable    = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "GZRS", "RAGRS", "RAGZRS"], var.replication)
    error_message = "replication must be LRS, ZRS, GRS, GZRS, RAGRS or RAGZRS."
  }
}

variable "soft_delete_retention_in_days" {
  description = "How long deleted blobs and containers come back, from 7 to 365 days."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.soft_delete_retention_in_days >= 7 && var.soft_delete_retention_in_days <= 365
    error_message = "soft_delete_retention_in_days must be from 7 to 365."
  }
}

variable "version_retention_in_days" {
  description = "How long versions of the state that are not the newest are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.version_retention_in_days >= 30
    error_message = "version_retention_in_days must be 30 or more: a mistake is often found late."
  }
}

variable "contributors" {
  description = "Who reads and writes states: the container and the object ID, by a name of your choice."
  type = map(object({
    principal_id   = string
    container      = optional(string, "tfstate")
    principal_type = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for contributor in values(var.contributors) : contains(var.containers, contributor.container)])
    error_message = "contributors[*].container must be one of containers."
  }
}

variable "customer_managed_key" {
  description = "A key of yours that the account is encrypted with, and the identity that may use it. Null: a key of the platform."
  type = object({
    key_vault_key_id          = string
    user_assigned_identity_id = string
  })
  default = null
}

variable "delete_lock" {
  description = "Whether a lock keeps the account from being deleted."
  type        = bool
  default     = true
  nullable    = false
}

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

variable "retention_in_days" {
  description = "How long logs can be queried, from 30 to 730 days."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.retention_in_days >= 30 && var.retention_in_days <= 730
    error_message = "retention_in_days must be from 30 to 730; keep tables longer with tables[*].total_retention_in_days."
  }
}

variable "daily_quota_gb" {
  description = "How much is taken in a day, in GB; what comes beyond is lost. -1 is no bound."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.daily_quota_gb == -1 || var.daily_quota_gb > 0
    error_message = "daily_quota_gb must be more than 0, or -1 for no bound."
  }
}

variable "tables" {
  description = "Tables that are kept differently, by name, as AzureDiagnostics: the days in the archive and the plan."
  type = map(object({
    total_retention_in_days = number
    plan                    = optional(string, "Analytics")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for table in values(var.tables) : contains(["Analytics", "Basic"], table.plan)])
    error_message = "tables[*].plan must be Analytics or Basic."
  }

  validation {
    condition     = alltrue([for table in values(var.tables) : table.total_retention_in_days >= 4 && table.total_retention_in_days <= 4383])
    error_message = "tables[*].total_retention_in_days must be from 4 to 4383 (12 years)."
  }
}

variable "public_access" {
  description = "Whether agents and people reach the workspace without a private link. They need a role in either case."
  type = object({
    ingestion = optional(bool, true)
    query     = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "readers" {
  description = "Who may read all logs: object IDs by a name of your choice."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "delete_lock" {
  description = "Whether a lock keeps the workspace from being deleted."
  type        = bool
  default     = true
  nullable    = false
}

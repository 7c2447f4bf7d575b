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

variable "workspace_id" {
  description = "The number of the workspace."
  type        = number
  nullable    = false
}

variable "metastore_id" {
  description = "The metastore that the workspace is assigned to. Null: it has one already, as new workspaces do."
  type        = string
  default     = null
}

variable "access_connector_id" {
  description = "The resource ID of the access connector that storage is read and written with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("(?i)/providers/Microsoft.Databricks/accessConnectors/[^/]+$", var.access_connector_id))
    error_message = "access_connector_id must be the resource ID of an access connector of Databricks."
  }
}

variable "catalogs" {
  description = "The catalogs by name: the address of their storage, their schemas (a comment by name), and the privileges of groups."
  type = map(object({
    storage_url = string
    comment     = optional(string, "")
    schemas     = optional(map(string), {})
    grants      = optional(map(set(string)), {})
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.catalogs) : can(regex("^[a-z][a-z0-9_]{0,63}$", name))])
    error_message = "catalogs must have names of lower-case letters, digits and underscores."
  }

  validation {
    condition     = alltrue([for catalog in values(var.catalogs) : can(regex("^abfss://[a-z0-9-]+@[a-z0-9]{3,24}\\.dfs\\.core\\.windows\\.net/", catalog.storage_url))])
    error_message = "catalogs[*].storage_url must be of the form abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/."
  }

  validation {
    condition     = alltrue(flatten([for catalog in values(var.catalogs) : [for principal, privileges in catalog.grants : !(lower(principal) == "account users" && length(setintersection(privileges, ["ALL_PRIVILEGES", "MODIFY", "CREATE_SCHEMA", "MANAGE"])) > 0)]]))
    error_message = "catalogs[*].grants must not let all account users change a catalog: name a group."
  }
}

variable "cluster_policy" {
  description = "The kinds of machines that people make clusters of, how large they get, and the group that uses the policy."
  type = object({
    node_types       = list(string)
    max_workers      = optional(number, 10)
    idle_minutes_max = optional(number, 30)
  })
  nullable = false

  validation {
    condition     = length(var.cluster_policy.node_types) > 0 && var.cluster_policy.max_workers >= 1 && var.cluster_policy.idle_minutes_max >= 10
    error_message = "cluster_policy must name a kind of machine, at least one worker, and at least 10 minutes."
  }
}

variable "workspace_settings" {
  description = "What is allowed in the workspace."
  type = object({
    token_lifetime_days_max = optional(number, 90)
    download_of_results     = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.workspace_settings.token_lifetime_days_max >= 1 && var.workspace_settings.token_lifetime_days_max <= 730
    error_message = "workspace_settings.token_lifetime_days_max must be from 1 to 730: tokens end."
  }
}

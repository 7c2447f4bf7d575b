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

variable "git" {
  description = "The repository of GitHub that pipelines are kept in. Null: none."
  type = object({
    account        = string
    repository     = string
    branch         = optional(string, "main")
    root_folder    = optional(string, "/")
    enterprise_url = optional(string)
  })
  default = null
}

variable "integration_runtime" {
  description = "The runtime in the managed network: kind and number of its cores for data flows, and the minutes that it stays warm."
  type = object({
    compute_type     = optional(string, "General")
    core_count       = optional(number, 8)
    time_to_live_min = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["General", "MemoryOptimized"], var.integration_runtime.compute_type) && contains([8, 16, 32, 48, 80, 144, 272], var.integration_runtime.core_count)
    error_message = "integration_runtime.compute_type must be General or MemoryOptimized, and core_count 8, 16, 32, 48, 80, 144 or 272."
  }
}

variable "key_vaults" {
  description = "Vaults that pipelines read secrets from: the resource ID by the name of the linked service."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for id in values(var.key_vaults) : can(regex("(?i)/providers/Microsoft.KeyVault/vaults/[^/]+$", id))])
    error_message = "key_vaults must hold resource IDs of vaults."
  }
}

variable "data_lakes" {
  description = "Storage accounts with hierarchical namespace that pipelines read, and write where `writable`, by the name of the linked service."
  type = map(object({
    storage_account_id = string
    writable           = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for lake in values(var.data_lakes) : can(regex("(?i)/providers/Microsoft.Storage/storageAccounts/[a-z0-9]{3,24}$", lake.storage_account_id))])
    error_message = "data_lakes[*].storage_account_id must be the resource ID of a storage account."
  }
}

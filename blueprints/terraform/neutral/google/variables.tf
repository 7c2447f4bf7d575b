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

variable "settings" {
  description = "What only one cloud asks for. `azure` and `google` are needed where that cloud is used."
  type = object({
    azure = optional(object({
      resource_group_name        = string
      log_analytics_workspace_id = string
      admin_group = object({
        object_id = string
        name      = string
      })
    }))
    google = optional(object({
      project_id = string
    }))
  })
  default  = {}
  nullable = false
}

variable "network" {
  description = "The range of the network, a /16 whose parts the module assigns, and ranges outside of it that reach the API of the cluster."
  type = object({
    cidr_block      = string
    operator_ranges = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = can(regex("/16$", var.network.cidr_block)) && try(cidrhost(var.network.cidr_block, 0) == split("/", var.network.cidr_block)[0], false)
    error_message = "network.cidr_block must be a /16 by its first address: 10.20.0.0/16."
  }
}

variable "cluster" {
  description = "A cluster of Kubernetes with pools of machines: small has 2 processors and 8 GB, medium 4 and 16, large 8 and 32. Null: none."
  type = object({
    kubernetes_version = string
    pools = map(object({
      size     = optional(string, "medium")
      min_size = number
      max_size = number
      spot     = optional(bool, false)
    }))
  })
  default = null

  validation {
    condition     = alltrue([for pool in try(values(var.cluster.pools), []) : contains(["small", "medium", "large"], pool.size) && pool.min_size <= pool.max_size])
    error_message = "cluster.pools[*].size must be small, medium or large, and min_size no larger than max_size."
  }

  validation {
    condition     = alltrue([for name in try(keys(var.cluster.pools), []) : can(regex("^[a-z][a-z0-9]{0,11}$", name))])
    error_message = "cluster.pools must have names of at most 12 lower-case letters and digits: the strictest cloud allows no more."
  }
}

variable "buckets" {
  description = "Buckets by a short name: private, encrypted, versioned. Versions that are not the newest go after `keep_versions_days`."
  type = map(object({
    keep_versions_days = optional(number, 90)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.buckets) : can(regex("^[a-z][a-z0-9]{1,9}$", name))])
    error_message = "buckets must have names of 2 to 10 lower-case letters and digits: they are part of names that are unique in the world."
  }
}

variable "databases" {
  description = "PostgreSQL servers by a short name, each with a database of that name: reached from inside of the network over TLS, encrypted, with backups to any second of the last week or more."
  type = map(object({
    version               = optional(string, "17")
    size                  = optional(string, "small")
    storage_gb            = optional(number, 64)
    high_availability     = optional(bool, true)
    backup_retention_days = optional(number, 14)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.databases) : can(regex("^[a-z][a-z0-9]{1,9}$", name))])
    error_message = "databases must have names of 2 to 10 lower-case letters and digits."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : contains(["small", "medium", "large"], database.size) && contains(["15", "16", "17"], database.version) && contains([32, 64, 128, 256, 512, 1024, 2048, 4096], database.storage_gb)])
    error_message = "databases[*].size must be small, medium or large, version 15, 16 or 17, and storage_gb 32, 64, 128 ... 4096."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.backup_retention_days >= 7 && database.backup_retention_days <= 35])
    error_message = "databases[*].backup_retention_days must be from 7 to 35."
  }
}

variable "deletion_protection" {
  description = "Whether clusters and databases refuse to be deleted, where the cloud has such a thing."
  type        = bool
  default     = true
  nullable    = false
}

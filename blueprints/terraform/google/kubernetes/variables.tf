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

variable "network" {
  description = "The network and subnet of the cluster, and the names of the secondary ranges for pods and services, as google/network gives them."
  type = object({
    network_id     = string
    subnet_id      = string
    pods_range     = optional(string, "pods")
    services_range = optional(string, "services")
  })
  nullable = false
}

variable "authorized_networks" {
  description = "The ranges that reach the API, by a name of your choice."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for range in values(var.authorized_networks) : can(cidrhost(range, 0)) && try(tonumber(split("/", range)[1]) >= 8, false)])
    error_message = "authorized_networks must hold ranges of /8 or smaller, never everybody (0.0.0.0/0)."
  }
}

variable "private_endpoint" {
  description = "Whether the API has only a private address. Without it there is a public one, too, for authorized_networks."
  type        = bool
  default     = true
  nullable    = false
}

variable "release_channel" {
  description = "How early upgrades come: RAPID, REGULAR, STABLE or EXTENDED."
  type        = string
  default     = "REGULAR"
  nullable    = false

  validation {
    condition     = contains(["RAPID", "REGULAR", "STABLE", "EXTENDED"], var.release_channel)
    error_message = "release_channel must be RAPID, REGULAR, STABLE or EXTENDED."
  }
}

variable "maintenance" {
  description = "When upgrades may happen: days of the week as RFC 5545 has them, and the time in UTC that they begin and end at."
  type = object({
    days       = optional(list(string), ["SA", "SU"])
    start_time = optional(string, "02:00")
    end_time   = optional(string, "08:00")
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.maintenance.days) > 0 && alltrue([for day in var.maintenance.days : contains(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], day)])
    error_message = "maintenance.days must be of MO, TU, WE, TH, FR, SA, SU."
  }

  validation {
    condition     = alltrue([for time in [var.maintenance.start_time, var.maintenance.end_time] : can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", time))])
    error_message = "maintenance.start_time and end_time must be times of the day: 02:00."
  }
}

variable "node_pools" {
  description = "The node pools by name. Sizes are for all zones of the region together."
  type = map(object({
    machine_type = string
    min_size     = number
    max_size     = number
    spot         = optional(bool, false)
    disk_size_gb = optional(number, 50)
    disk_type    = optional(string, "pd-balanced")
    labels       = optional(map(string), {})
    taints = optional(list(object({
      key    = string
      value  = string
      effect = string
    })), [])
  }))
  nullable = false

  validation {
    condition     = length(var.node_pools) > 0 && alltrue([for pool in values(var.node_pools) : pool.min_size >= 0 && pool.min_size <= pool.max_size && pool.max_size > 0])
    error_message = "node_pools must hold a pool at least, with min_size no larger than max_size."
  }

  validation {
    condition     = alltrue(flatten([for pool in values(var.node_pools) : [for taint in pool.taints : contains(["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"], taint.effect)]]))
    error_message = "node_pools[*].taints[*].effect must be NO_SCHEDULE, NO_EXECUTE or PREFER_NO_SCHEDULE."
  }
}

variable "workload_identities" {
  description = "The rights of workloads, by a name of your choice: a service account of Kubernetes and the e-mail of the one of Google that it takes."
  type = map(object({
    namespace            = string
    service_account      = string
    google_account_email = string
  }))
  default  = {}
  nullable = false
}

variable "admin_group" {
  description = "The group of Google Workspace whose members RBAC knows: gke-security-groups@example.com. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.admin_group == null || can(regex("^gke-security-groups@", var.admin_group))
    error_message = "admin_group must be called gke-security-groups@DOMAIN: GKE knows no other name."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to destroy the cluster."
  type        = bool
  default     = true
  nullable    = false
}

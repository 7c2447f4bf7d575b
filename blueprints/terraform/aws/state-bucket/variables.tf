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

variable "access_log_bucket" {
  description = "A bucket that the access log goes to. Null: no access log; CloudTrail can log data events instead."
  type        = string
  default     = null
}

variable "writer_prefixes" {
  description = "The prefixes that there are policies for, as network or shop, by a name of your choice."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for prefix in values(var.writer_prefixes) : can(regex("^[a-zA-Z0-9][a-zA-Z0-9/_-]*[a-zA-Z0-9]$", prefix))])
    error_message = "writer_prefixes must hold paths without a slash at the end and without wildcards: network/prod."
  }
}

variable "force_destroy" {
  description = "Whether destroying the module destroys the states in the bucket, too. Leave it false but in tests."
  type        = bool
  default     = false
  nullable    = false
}

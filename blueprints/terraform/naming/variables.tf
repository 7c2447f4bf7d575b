variable "context" {
  description = "What the resources are for and who answers for them; names and tags come from it."
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

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.context.workload))
    error_message = "context.workload must be 2 to 12 lower-case letters and digits and begin with a letter: it is part of names of storage accounts, which allow nothing else."
  }

  validation {
    condition     = contains(["sandbox", "dev", "test", "stage", "prod"], var.context.environment)
    error_message = "context.environment must be sandbox, dev, test, stage or prod."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,31}$", var.context.location))
    error_message = "context.location must be a region as its cloud spells it: westeurope, eu-central-1, europe-west3."
  }

  validation {
    condition     = can(regex("^[0-9]{3}$", var.context.instance))
    error_message = "context.instance must be three digits: 001."
  }

  validation {
    condition     = length(trimspace(var.context.owner)) > 0
    error_message = "context.owner must name a team or a mailbox: somebody has to answer for what is made."
  }

  validation {
    condition     = alltrue([for key in keys(var.context.tags) : !contains(["workload", "environment", "owner", "managed-by"], key)])
    error_message = "context.tags must not hold workload, environment, owner or managed-by: those come from the context itself."
  }
}

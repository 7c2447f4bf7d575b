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

variable "root_parent_id" {
  description = "The management group above the roots. Null: the root of the tenant."
  type        = string
  default     = null
}

variable "management_groups" {
  description = "The management groups by name, which is also their ID. `parent` is the name of another one; without it a group is a root."
  type = map(object({
    display_name = string
    parent       = optional(string)
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.management_groups) : can(regex("^[A-Za-z0-9_().-]{1,90}$", name))])
    error_message = "management_groups must have names of 1 to 90 letters, digits, hyphens, underscores, points and parentheses."
  }

  validation {
    condition     = alltrue([for group in values(var.management_groups) : group.parent == null || contains(keys(var.management_groups), coalesce(group.parent, "-"))])
    error_message = "management_groups[*].parent must be the name of another one of management_groups."
  }

  validation {
    condition     = anytrue([for group in values(var.management_groups) : group.parent == null])
    error_message = "management_groups must hold a root: one without parent."
  }
}

variable "subscriptions" {
  description = "The subscriptions by a name of your choice, and the management group that each is placed in."
  type = map(object({
    subscription_id  = string
    management_group = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for subscription in values(var.subscriptions) : can(regex("^[0-9a-fA-F-]{36}$", subscription.subscription_id))])
    error_message = "subscriptions[*].subscription_id must be the UUID of a subscription, without /subscriptions/."
  }

  validation {
    condition     = alltrue([for subscription in values(var.subscriptions) : contains(keys(var.management_groups), subscription.management_group)])
    error_message = "subscriptions[*].management_group must be one of management_groups."
  }
}

variable "baseline" {
  description = "The policies that hold everywhere. `security_benchmark` only reports. Null: none."
  type = object({
    allowed_locations  = set(string)
    required_tags      = optional(set(string), ["workload", "environment", "owner"])
    enforce            = optional(bool, true)
    security_benchmark = optional(bool, true)
    not_scopes         = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.baseline == null || length(try(var.baseline.allowed_locations, [])) > 0
    error_message = "baseline.allowed_locations must name a region at least: without one nothing can be made."
  }
}

variable "policy_assignments" {
  description = "Policies of your own choice, by the name of the assignment. `parameters` is JSON, as of jsonencode; `roles` are what the identity of a policy that deploys or modifies needs."
  type = map(object({
    management_group       = string
    policy_definition_id   = string
    display_name           = string
    description            = optional(string, "")
    parameters             = optional(string)
    enforce                = optional(bool, true)
    not_scopes             = optional(list(string), [])
    non_compliance_message = optional(string)
    roles                  = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.policy_assignments) : length(name) <= 24 && !startswith(name, "baseline-")])
    error_message = "policy_assignments must have names of at most 24 characters that do not begin with baseline-: Azure allows no more at management groups."
  }

  validation {
    condition     = alltrue([for assignment in values(var.policy_assignments) : contains(keys(var.management_groups), assignment.management_group)])
    error_message = "policy_assignments[*].management_group must be one of management_groups."
  }

  validation {
    condition     = alltrue([for assignment in values(var.policy_assignments) : assignment.parameters == null || can(keys(jsondecode(assignment.parameters)))])
    error_message = "policy_assignments[*].parameters must be a JSON object: jsonencode({ effect = { value = \"Deny\" } })."
  }

  validation {
    condition     = alltrue([for assignment in values(var.policy_assignments) : can(regex("(?i)/providers/Microsoft.Authorization/policy(Set)?Definitions/[^/]+$", assignment.policy_definition_id))])
    error_message = "policy_assignments[*].policy_definition_id must be the resource ID of a policy or an initiative."
  }
}

variable "role_assignments" {
  description = "Who has which role at which management group, by a name of your choice."
  type = map(object({
    management_group = string
    principal_id     = string
    role             = string
    principal_type   = optional(string, "Group")
    description      = optional(string, "")
    condition        = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : contains(keys(var.management_groups), assignment.management_group)])
    error_message = "role_assignments[*].management_group must be one of management_groups."
  }

  validation {
    condition = alltrue([
      for assignment in values(var.role_assignments) :
      assignment.condition != null || !contains(["Owner", "User Access Administrator", "Role Based Access Control Administrator"], assignment.role)
    ])
    error_message = "role_assignments[*].role must not be Owner, User Access Administrator or Role Based Access Control Administrator without a condition that says which roles may be given on."
  }

  validation {
    condition     = alltrue([for assignment in values(var.role_assignments) : contains(["Group", "ServicePrincipal", "User"], assignment.principal_type)])
    error_message = "role_assignments[*].principal_type must be Group, ServicePrincipal or User."
  }
}

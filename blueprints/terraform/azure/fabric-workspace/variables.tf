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

variable "capacity" {
  description = "The capacity that is made: its SKU, F2 to F2048, and its administrators (users by their name, service principals by object ID)."
  type = object({
    sku            = optional(string, "F2")
    administrators = set(string)
  })
  default = null

  validation {
    condition     = var.capacity == null || contains(["F2", "F4", "F8", "F16", "F32", "F64", "F128", "F256", "F512", "F1024", "F2048"], try(var.capacity.sku, "F2"))
    error_message = "capacity.sku must be F2, F4, F8 ... F2048."
  }

  validation {
    condition     = var.capacity == null || length(try(var.capacity.administrators, [])) > 0
    error_message = "capacity.administrators must name somebody: nobody else can pause or enlarge it."
  }
}

variable "capacity_id" {
  description = "The ID (a UUID of Fabric) of a capacity that is there already. Exactly one of `capacity` and `capacity_id` is given."
  type        = string
  default     = null

  validation {
    condition     = (var.capacity_id == null) != (var.capacity == null)
    error_message = "Give either capacity or capacity_id."
  }
}

variable "display_name" {
  description = "The name that people see."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.display_name) >= 1 && length(var.display_name) <= 256
    error_message = "display_name must have 1 to 256 characters."
  }
}

variable "roles" {
  description = "Who may do what in the workspace, by a name of your choice: Admin, Member, Contributor or Viewer."
  type = map(object({
    principal_id   = string
    role           = string
    principal_type = optional(string, "Group")
  }))
  nullable = false

  validation {
    condition     = alltrue([for entry in values(var.roles) : contains(["Admin", "Member", "Contributor", "Viewer"], entry.role) && contains(["Group", "ServicePrincipal", "ServicePrincipalProfile", "User"], entry.principal_type)])
    error_message = "roles[*].role must be Admin, Member, Contributor or Viewer, and principal_type Group, ServicePrincipal, ServicePrincipalProfile or User."
  }

  validation {
    condition     = anytrue([for entry in values(var.roles) : entry.role == "Admin"])
    error_message = "roles must hold an Admin: otherwise the workspace is lost with whoever made it."
  }
}

variable "lakehouses" {
  description = "The lakehouses by name, and what they are for."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.lakehouses) : can(regex("^[A-Za-z][A-Za-z0-9_]{0,122}$", name))])
    error_message = "lakehouses must have names of letters, digits and underscores that begin with a letter."
  }
}

variable "private_endpoints" {
  description = "What the workspace reaches privately: the resource ID and the kind of the endpoint (blob, dfs, vault), by a name of your choice."
  type = map(object({
    target_resource_id = string
    subresource        = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for endpoint in values(var.private_endpoints) : can(regex("(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+/[^/]+/[^/]+$", endpoint.target_resource_id))])
    error_message = "private_endpoints[*].target_resource_id must be a resource ID of Azure."
  }
}

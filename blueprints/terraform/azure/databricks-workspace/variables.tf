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

variable "network" {
  description = "The network that clusters are put into: its ID, the names of the two delegated subnets, and the IDs of the associations of their security groups (which are those of the subnets)."
  type = object({
    virtual_network_id                  = string
    host_subnet_name                    = string
    container_subnet_name               = string
    host_subnet_nsg_association_id      = string
    container_subnet_nsg_association_id = string
  })
  nullable = false

  validation {
    condition     = var.network.host_subnet_name != var.network.container_subnet_name
    error_message = "network.host_subnet_name and container_subnet_name must be two subnets."
  }
}

variable "storage_containers" {
  description = "The containers for tables and files, as one for each catalog."
  type        = set(string)
  default     = ["catalog"]
  nullable    = false

  validation {
    condition     = length(var.storage_containers) > 0 && alltrue([for name in var.storage_containers : can(regex("^[a-z0-9](-?[a-z0-9]){2,62}$", name))])
    error_message = "storage_containers must hold names of 3 to 63 lower-case letters, digits and single hyphens."
  }
}

variable "storage_private_endpoint" {
  description = "The subnet and the private DNS zones (privatelink.dfs.core.windows.net) for clusters to reach the storage. Null: somebody else makes the endpoint."
  type = object({
    subnet_id            = string
    private_dns_zone_ids = optional(list(string), [])
  })
  default = null
}

variable "compliance_standards" {
  description = "Standards that the compliance security profile is on for, as HIPAA or PCI_DSS. It cannot be switched off again."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for standard in var.compliance_standards : contains(["HIPAA", "PCI_DSS"], standard)])
    error_message = "compliance_standards must be of HIPAA and PCI_DSS."
  }
}

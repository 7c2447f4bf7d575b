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

variable "subnet_id" {
  description = "The subnet that it is put into."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("(?i)/virtualNetworks/[^/]+/subnets/[^/]+$", var.subnet_id))
    error_message = "subnet_id must be the resource ID of a subnet: /subscriptions/.../virtualNetworks/NAME/subnets/NAME."
  }
}

variable "kubernetes_version" {
  description = "The minor version of Kubernetes: 1.33. Patches come by themselves."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[0-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version from 1.30 on, as 1.33."
  }
}

variable "admin_group_object_ids" {
  description = "The groups of Entra ID whose members are administrators of the cluster."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.admin_group_object_ids) > 0 && alltrue([for id in var.admin_group_object_ids : can(regex("^[0-9a-fA-F-]{36}$", id))])
    error_message = "admin_group_object_ids must hold the object ID (a UUID) of a group at least: without one nobody gets in."
  }
}

variable "access" {
  description = "Who else may use the API, by a name of your choice: an object ID, a role of Azure RBAC for Kubernetes, and a namespace where it does not hold everywhere."
  type = map(object({
    principal_id = string
    role         = string
    namespace    = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for entry in values(var.access) : contains(["Azure Kubernetes Service RBAC Reader", "Azure Kubernetes Service RBAC Writer", "Azure Kubernetes Service RBAC Admin"], entry.role)])
    error_message = "access[*].role must be Azure Kubernetes Service RBAC Reader, Writer or Admin; administrators of everything are in admin_group_object_ids."
  }
}

variable "private_dns_zone_id" {
  description = "The private DNS zone of the API. System: AKS makes one; or the ID of a zone privatelink.REGION.azmk8s.io."
  type        = string
  default     = "System"
  nullable    = false

  validation {
    condition     = var.private_dns_zone_id == "System" || can(regex("(?i)/privateDnsZones/([^/]+\\.)?privatelink\\.[a-z0-9]+\\.azmk8s\\.io$", var.private_dns_zone_id))
    error_message = "private_dns_zone_id must be System or the ID of a zone privatelink.REGION.azmk8s.io."
  }
}

variable "outbound_type" {
  description = "How pods get out: userDefinedRouting (the route of the subnet), userAssignedNATGateway, or loadBalancer."
  type        = string
  default     = "userDefinedRouting"
  nullable    = false

  validation {
    condition     = contains(["userDefinedRouting", "userAssignedNATGateway", "loadBalancer"], var.outbound_type)
    error_message = "outbound_type must be userDefinedRouting, userAssignedNATGateway or loadBalancer."
  }
}

variable "networks" {
  description = "The ranges of pods and services; they are inside of the cluster and must not be those of networks that it speaks to."
  type = object({
    pod_cidr       = optional(string, "172.28.0.0/14")
    service_cidr   = optional(string, "172.26.0.0/16")
    dns_service_ip = optional(string, "172.26.0.10")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(cidrhost(var.networks.pod_cidr, 0)) && can(cidrhost(var.networks.service_cidr, 0)) && try(cidrhost("${var.networks.dns_service_ip}/${split("/", var.networks.service_cidr)[1]}", 0) == cidrhost(var.networks.service_cidr, 0), false)
    error_message = "networks.dns_service_ip must be an address of networks.service_cidr."
  }
}

variable "system_pool" {
  description = "The pool that system pods run on."
  type = object({
    vm_size   = optional(string, "Standard_D4ds_v5")
    min_count = optional(number, 3)
    max_count = optional(number, 5)
    zones     = optional(set(string), ["1", "2", "3"])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.system_pool.min_count >= 1 && var.system_pool.min_count <= var.system_pool.max_count
    error_message = "system_pool.min_count must be 1 or more, and no larger than max_count."
  }
}

variable "node_pools" {
  description = "The pools that workloads run on, by name: at most 12 lower-case letters and digits."
  type = map(object({
    vm_size   = string
    min_count = number
    max_count = number
    spot      = optional(bool, false)
    zones     = optional(set(string), ["1", "2", "3"])
    labels    = optional(map(string), {})
    taints    = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.node_pools) : can(regex("^[a-z][a-z0-9]{0,11}$", name))])
    error_message = "node_pools must have names of at most 12 lower-case letters and digits."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : pool.min_count >= 0 && pool.min_count <= pool.max_count])
    error_message = "node_pools[*].min_count must not be larger than max_count."
  }

  validation {
    condition     = alltrue(flatten([for pool in values(var.node_pools) : [for taint in pool.taints : can(regex("^[^=]+=[^:]*:(NoSchedule|NoExecute|PreferNoSchedule)$", taint))]]))
    error_message = "node_pools[*].taints must be of the form key=value:NoSchedule."
  }
}

variable "etcd_key" {
  description = "A key of Key Vault, without its version, that etcd is encrypted with; its vault, on which the cluster gets Key Vault Crypto User and Key Vault Contributor; and a subnet (a /28, delegated to Microsoft.ContainerService/managedClusters) that the API server reaches the private vault from. Null: a key of the platform."
  type = object({
    key_vault_key_id     = string
    key_vault_id         = string
    api_server_subnet_id = string
  })
  default = null
}

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

variable "kubernetes_version" {
  description = "The minor version of Kubernetes: 1.33."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[0-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version from 1.30 on, as 1.33; EKS picks the patch."
  }
}

variable "subnet_ids" {
  description = "The subnets of the control plane and the nodes, in two zones at least."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(distinct(var.subnet_ids)) >= 2
    error_message = "subnet_ids must hold subnets in two zones at least."
  }
}

variable "public_access_cidrs" {
  description = "Ranges that reach the API from the internet. Empty: the API is private."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for range in var.public_access_cidrs : can(cidrhost(range, 0)) && try(tonumber(split("/", range)[1]) >= 16, false)])
    error_message = "public_access_cidrs must hold ranges of /16 or smaller: the API is never open to everybody (0.0.0.0/0)."
  }
}

variable "node_groups" {
  description = "The node groups by name."
  type = map(object({
    instance_types = list(string)
    min_size       = number
    max_size       = number
    desired_size   = optional(number)
    capacity_type  = optional(string, "ON_DEMAND")
    ami_type       = optional(string, "AL2023_x86_64_STANDARD")
    disk_size_gb   = optional(number, 50)
    labels         = optional(map(string), {})
    taints = optional(list(object({
      key    = string
      value  = optional(string)
      effect = string
    })), [])
  }))
  nullable = false

  validation {
    condition     = length(var.node_groups) > 0 && alltrue([for group in values(var.node_groups) : group.min_size >= 0 && group.min_size <= group.max_size && group.max_size > 0])
    error_message = "node_groups must hold a group at least, with min_size no larger than max_size."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : contains(["ON_DEMAND", "SPOT"], group.capacity_type)])
    error_message = "node_groups[*].capacity_type must be ON_DEMAND or SPOT."
  }

  validation {
    condition     = alltrue(flatten([for group in values(var.node_groups) : [for taint in group.taints : contains(["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"], taint.effect)]]))
    error_message = "node_groups[*].taints[*].effect must be NO_SCHEDULE, NO_EXECUTE or PREFER_NO_SCHEDULE."
  }
}

variable "access" {
  description = "Who may use the API, by a name of your choice: the ARN of a role or user, a policy of EKS (AmazonEKSViewPolicy), and namespaces where it does not hold everywhere."
  type = map(object({
    principal_arn = string
    policy        = string
    namespaces    = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for entry in values(var.access) : can(regex("^AmazonEKS[A-Za-z]+Policy$", entry.policy))])
    error_message = "access[*].policy must be the name of an access policy of EKS: AmazonEKSViewPolicy, AmazonEKSEditPolicy, AmazonEKSAdminPolicy or AmazonEKSClusterAdminPolicy."
  }

  validation {
    condition     = alltrue([for entry in values(var.access) : can(regex("^arn:[^:]+:iam::[0-9]{12}:(role|user)/", entry.principal_arn))])
    error_message = "access[*].principal_arn must be the ARN of a role or a user."
  }
}

variable "pod_identities" {
  description = "The rights of workloads, by a name of your choice: the service account and the ARN of the role that it takes."
  type = map(object({
    namespace       = string
    service_account = string
    role_arn        = string
  }))
  default  = {}
  nullable = false
}

variable "log_retention_in_days" {
  description = "How long the logs of the control plane are kept; a number that CloudWatch knows."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_in_days)
    error_message = "log_retention_in_days must be 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 or a whole number of years that CloudWatch knows."
  }
}

variable "deletion_protection" {
  description = "Whether EKS refuses to delete the cluster."
  type        = bool
  default     = true
  nullable    = false
}

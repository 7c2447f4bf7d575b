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

variable "ssh_public_key" {
  description = "The public key of the administrator, for when Entra ID is away. There is no password."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+", var.ssh_public_key))
    error_message = "ssh_public_key must be a public key of OpenSSH: ssh-ed25519 AAAA..."
  }
}

variable "size" {
  description = "The size of the machines, as Standard_D2ds_v5."
  type        = string
  default     = "Standard_D2ds_v5"
  nullable    = false
}

variable "zones" {
  description = "The zones that machines are spread over. Empty in regions without zones."
  type        = set(string)
  default     = ["1", "2", "3"]
  nullable    = false
}

variable "image" {
  description = "The image: one of the marketplace, or with `id` one of your own (a version of a gallery)."
  type = object({
    id        = optional(string)
    publisher = optional(string, "Canonical")
    offer     = optional(string, "ubuntu-24_04-lts")
    sku       = optional(string, "server")
    version   = optional(string, "latest")
  })
  default  = {}
  nullable = false
}

variable "os_disk" {
  description = "The size in GB and the kind of the system disks."
  type = object({
    size_gb = optional(number, 64)
    type    = optional(string, "Premium_LRS")
  })
  default  = {}
  nullable = false
}

variable "health_probe" {
  description = "What the probe asks on each machine; 200 is well."
  type = object({
    path     = string
    port     = number
    protocol = optional(string, "http")
  })
  nullable = false

  validation {
    condition     = contains(["http", "https"], var.health_probe.protocol) && startswith(var.health_probe.path, "/") && var.health_probe.port > 0 && var.health_probe.port < 65536
    error_message = "health_probe must have a path that begins with /, a port, and http or https as protocol."
  }
}

variable "capacity" {
  description = "How many machines there are, and at which load of their processors they become more or fewer."
  type = object({
    minimum               = number
    maximum               = number
    default               = optional(number)
    scale_out_cpu_percent = optional(number, 70)
    scale_in_cpu_percent  = optional(number, 30)
  })
  nullable = false

  validation {
    condition     = var.capacity.minimum >= 1 && var.capacity.minimum <= var.capacity.maximum && var.capacity.maximum <= 1000
    error_message = "capacity.minimum must be 1 or more, and no larger than maximum, which is 1000 at most."
  }

  validation {
    condition     = var.capacity.scale_in_cpu_percent * 2 <= var.capacity.scale_out_cpu_percent
    error_message = "capacity.scale_in_cpu_percent must be at most half of scale_out_cpu_percent: otherwise two machines become one and then two again, for ever."
  }
}

variable "schedules" {
  description = "Other bounds at times of the week, by a name of your choice: from which hour on which days, in UTC."
  type = map(object({
    days    = list(string)
    hour    = number
    minimum = number
    maximum = number
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : schedule.minimum <= schedule.maximum && schedule.hour >= 0 && schedule.hour <= 23])
    error_message = "schedules[*] must have a minimum no larger than maximum, and an hour from 0 to 23."
  }

  validation {
    condition     = alltrue(flatten([for schedule in values(var.schedules) : [for day in schedule.days : contains(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], day)]]))
    error_message = "schedules[*].days must be days of the week: Monday."
  }
}

variable "backend_pool_ids" {
  description = "Backend pools of load balancers and of application gateways that the machines are in."
  type = object({
    load_balancer       = optional(set(string), [])
    application_gateway = optional(set(string), [])
  })
  default  = {}
  nullable = false
}

variable "cloud_init" {
  description = "What cloud-init does at the first start. Nothing secret: who reads a machine's metadata reads it."
  type        = string
  default     = null

  validation {
    condition     = var.cloud_init == null || startswith(coalesce(var.cloud_init, "#cloud-config"), "#cloud-config")
    error_message = "cloud_init must begin with #cloud-config."
  }
}

variable "notify" {
  description = "Mail addresses that hear of each change of the number of machines."
  type        = list(string)
  default     = []
  nullable    = false
}

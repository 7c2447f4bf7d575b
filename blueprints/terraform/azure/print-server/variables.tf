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

variable "subnet_id" {
  description = "The subnet that the machine is put into."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("(?i)/virtualNetworks/[^/]+/subnets/[^/]+$", var.subnet_id))
    error_message = "subnet_id must be the resource ID of a subnet: /subscriptions/.../virtualNetworks/NAME/subnets/NAME."
  }
}

variable "client_ranges" {
  description = "The private ranges that clients print from."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.client_ranges) > 0 && alltrue([for range in var.client_ranges : can(cidrhost(range, 0)) && can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.)", range))])
    error_message = "client_ranges must hold private ranges: SMB is never opened to the internet."
  }
}

variable "admin_ranges" {
  description = "The private ranges that administrators sign in from over RDP, as that of Bastion. Empty: nobody."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for range in var.admin_ranges : can(cidrhost(range, 0)) && can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.)", range))])
    error_message = "admin_ranges must hold private ranges: RDP is never opened to the internet."
  }
}

variable "admin_password" {
  description = "The password of the local administrator; change it after the first start."
  type        = string
  sensitive   = true
  nullable    = false

  validation {
    condition = length(var.admin_password) >= 14 && length(var.admin_password) <= 123 && length([
      for kind in ["[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"] : kind if can(regex(kind, var.admin_password))
    ]) >= 3
    error_message = "admin_password must have 14 to 123 characters of three kinds: lower case, upper case, digits, others."
  }
}

variable "printers" {
  description = "The queues by name: the address of the printer, how it is spoken to (raw is port 9100, lpr is a queue of LPD), the driver, and where it stands."
  type = map(object({
    address   = string
    protocol  = optional(string, "raw")
    lpr_queue = optional(string, "lp")
    driver    = optional(string, "Microsoft PCL6 Class Driver")
    location  = optional(string, "")
    comment   = optional(string, "")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.printers) : can(regex("^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$", name))])
    error_message = "printers must have names of at most 63 letters, digits, blanks, points, underscores and hyphens: others break shares and scripts."
  }

  validation {
    condition     = alltrue([for printer in values(var.printers) : contains(["raw", "lpr"], printer.protocol) && can(regex("^[A-Za-z0-9.-]+$", printer.address))])
    error_message = "printers[*].protocol must be raw or lpr, and address a name or an address."
  }
}

variable "domain" {
  description = "The domain of Active Directory that the machine joins, the unit it is put into, and the account that joins it. Null: none."
  type = object({
    name     = string
    ou_path  = optional(string, "")
    username = string
    password = string
  })
  default   = null
  sensitive = true
}

variable "size" {
  description = "The size of the machine, as Standard_D2ds_v5; enough for some hundred queues."
  type        = string
  default     = "Standard_D2ds_v5"
  nullable    = false
}

variable "zone" {
  description = "The zone of the machine and its disks: 1, 2 or 3. Null: none, in regions without zones."
  type        = string
  default     = "1"
}

variable "spool_disk_gb" {
  description = "The size of the disk that jobs wait on."
  type        = number
  default     = 64
  nullable    = false

  validation {
    condition     = var.spool_disk_gb >= 32 && var.spool_disk_gb <= 1024
    error_message = "spool_disk_gb must be from 32 to 1024."
  }
}

variable "extra_script" {
  description = "PowerShell that runs before the queues are made, as to install drivers."
  type        = string
  default     = ""
  nullable    = false
}

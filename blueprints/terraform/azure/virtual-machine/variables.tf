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
  description = "The size of the machine, as Standard_D2ds_v5."
  type        = string
  default     = "Standard_D2ds_v5"
  nullable    = false
}

variable "zone" {
  description = "The zone of the machine and its disks: 1, 2 or 3. Null: none, in regions without zones."
  type        = string
  default     = "1"

  validation {
    condition     = var.zone == null || contains(["1", "2", "3"], coalesce(var.zone, "1"))
    error_message = "zone must be 1, 2 or 3."
  }
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
  description = "The size in GB and the kind of the system disk."
  type = object({
    size_gb = optional(number, 64)
    type    = optional(string, "Premium_LRS")
  })
  default  = {}
  nullable = false
}

variable "data_disks" {
  description = "Further disks by name: the LUN, the size in GB and the kind."
  type = map(object({
    lun     = number
    size_gb = number
    type    = optional(string, "Premium_LRS")
    caching = optional(string, "ReadOnly")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.data_disks) == length(distinct([for disk in values(var.data_disks) : disk.lun])) && alltrue([for disk in values(var.data_disks) : disk.lun >= 0 && disk.lun <= 63])
    error_message = "data_disks[*].lun must differ and be from 0 to 63."
  }
}

variable "disk_encryption_set_id" {
  description = "A disk encryption set with a key of yours. Null: keys of the platform."
  type        = string
  default     = null
}

variable "login" {
  description = "Who signs in with Entra ID, by a name of your choice: an object ID, and whether as administrator."
  type = map(object({
    principal_id  = string
    administrator = optional(bool, false)
  }))
  default  = {}
  nullable = false
}

variable "cloud_init" {
  description = "What cloud-init does at the first start. Nothing secret: who reads the machine's metadata reads it."
  type        = string
  default     = null

  validation {
    condition     = var.cloud_init == null || startswith(coalesce(var.cloud_init, "#cloud-config"), "#cloud-config")
    error_message = "cloud_init must begin with #cloud-config."
  }
}

terraform {
  backend "http" {}
}

variable "size" {
  type    = number
  default = 1
}

variable "password" {
  type      = string
  default   = "canary-5f2d"
  sensitive = true
}

resource "terraform_data" "server" {
  count = var.size
  input = "server-${count.index}"
}

resource "terraform_data" "secret" {
  input = var.password
}

output "servers" {
  value = terraform_data.server[*].output
}

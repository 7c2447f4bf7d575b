terraform {
  backend "http" {
    address        = "https://127.0.0.1:7443/terraform/state/infra/network"
    lock_address   = "https://127.0.0.1:7443/terraform/state/infra/network"
    unlock_address = "https://127.0.0.1:7443/terraform/state/infra/network"
  }
}

variable "servers" {
  type    = number
  default = 1
}

resource "terraform_data" "server" {
  count = var.servers
  input = "10.0.0.${count.index + 10}"
}

output "addresses" {
  value = terraform_data.server[*].output
}

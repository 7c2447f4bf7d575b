terraform {
  cloud {
    hostname     = "127.0.0.1:7443"
    organization = "infra"

    workspaces {
      tags = {
        app = "shop"
      }
    }
  }
}

variable "servers" {
  type    = number
  default = 1
}

resource "terraform_data" "server" {
  count = var.servers
  input = "${terraform.workspace}-${count.index}"
}

output "servers" {
  value = terraform_data.server[*].output
}

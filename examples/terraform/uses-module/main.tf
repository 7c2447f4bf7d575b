terraform {
  required_providers {
    notes = {
      source  = "example.com/acme/notes"
      version = "~> 1.0"
    }
  }
}

module "network" {
  source  = "127.0.0.1:7443/infra/network/azurerm"
  version = "~> 1.0"
  name    = "hub"
  subnets = { db = "10.0.0.0/24" }
}

resource "notes_note" "subnets" {
  text = join(", ", values(module.network.subnets))
}

output "note" {
  value = notes_note.subnets.id
}

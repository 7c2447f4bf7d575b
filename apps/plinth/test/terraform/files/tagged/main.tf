terraform {
  cloud {
    workspaces {
      tags = {
        app   = "shop"
        stage = "test"
      }
    }
  }
}

resource "terraform_data" "one" {
  input = terraform.workspace
}

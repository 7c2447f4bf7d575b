# Resources that cost nothing, for the guide docs/guides/terraform-policies.md.

variable "ports" {
  type    = list(number)
  default = [22, 443]
}

resource "terraform_data" "web" {
  input = {
    team  = "web"
    ports = [443]
  }
}

resource "terraform_data" "jump" {
  input = {
    ports = var.ports
  }
}

# Whose it is, is known after apply.
resource "terraform_data" "late" {
  input = {
    team  = terraform_data.web.id
    ports = []
  }
}

terraform {
  required_version = ">= 1.5"
}

variable "subnets" {
  type        = set(string)
  description = "Where instances are placed."
}

resource "terraform_data" "instance" {
  for_each = var.subnets
  input    = "app in ${each.key}"
}

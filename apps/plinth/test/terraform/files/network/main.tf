terraform {
  required_version = ">= 1.4"
}

variable "name" {
  type        = string
  description = "What it is called."
}

variable "subnets" {
  type    = map(object({ prefix = string }))
  default = {}
}

resource "terraform_data" "subnet" {
  for_each = var.subnets
  input    = "${var.name}-${each.key}: ${each.value.prefix}"
}

output "subnets" {
  value = [for subnet in terraform_data.subnet : subnet.input]
}

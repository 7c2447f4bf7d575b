variable "name" {
  type        = string
  description = "What the network is called."
}

variable "subnets" {
  type        = map(string)
  default     = {}
  description = "Prefixes by the names of subnets."
}

resource "terraform_data" "subnet" {
  for_each = var.subnets
  input    = "${var.name}-${each.key}: ${each.value}"
}

output "subnets" {
  value       = { for name, subnet in terraform_data.subnet : name => subnet.output }
  description = "The subnets by their names."
}

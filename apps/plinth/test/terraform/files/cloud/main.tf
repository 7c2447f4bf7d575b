terraform {
  cloud {
    workspaces {
      name = "web"
    }
  }
}

output "password" {
  value     = var.password
  sensitive = true
}

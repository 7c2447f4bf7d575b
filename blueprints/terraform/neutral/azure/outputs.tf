output "network" {
  description = "The ID of the network, and those of the subnets that machines go into."
  value = {
    id         = azurerm_virtual_network.this.id
    subnet_ids = [azurerm_subnet.machines.id]
  }
}

output "cluster" {
  description = "Name, API address and issuer of tokens of the cluster; null without one."
  value = one([
    for cluster in module.cluster : {
      name        = cluster.cluster_name
      endpoint    = "https://${cluster.private_fqdn}"
      oidc_issuer = cluster.oidc_issuer_url
    }
  ])
}

output "buckets" {
  description = "The buckets by name: the URL that clients of that cloud take, and the ID that rights are given on."
  value = {
    for name, container in azurerm_storage_container.this : name => {
      url = "${azurerm_storage_account.this[name].primary_blob_endpoint}${container.name}"
      id  = container.id
    }
  }
}

output "databases" {
  description = "The databases by name: host, port, name of the database, and where the first sign-in comes from."
  value = {
    for name, server in azurerm_postgresql_flexible_server.this : name => {
      host     = server.fqdn
      port     = 5432
      database = azurerm_postgresql_flexible_server_database.this[name].name
      sign_in  = "Entra ID, as ${var.settings.azure.admin_group.name}"
    }
  }
}

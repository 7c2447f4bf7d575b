output "network" {
  description = "The ID of the network, and those of the subnets that machines go into."
  value = {
    id         = module.network.network_id
    subnet_ids = [module.network.subnets["machines"].id]
  }
}

output "cluster" {
  description = "Name, API address and issuer of tokens of the cluster; null without one."
  value = one([
    for cluster in module.cluster : {
      name        = cluster.cluster_name
      endpoint    = cluster.endpoint
      oidc_issuer = "https://container.googleapis.com/v1/${cluster.cluster_id}"
    }
  ])
}

output "buckets" {
  description = "The buckets by name: the URL that clients of that cloud take, and the ID that rights are given on."
  value = {
    for name, bucket in google_storage_bucket.this : name => {
      url = bucket.url
      id  = bucket.name
    }
  }
}

output "databases" {
  description = "The databases by name: host, port, name of the database, and where the first sign-in comes from."
  value = {
    for name, server in google_sql_database_instance.this : name => {
      host     = server.private_ip_address
      port     = 5432
      database = google_sql_database.this[name].name
      sign_in  = "IAM database authentication"
    }
  }
}

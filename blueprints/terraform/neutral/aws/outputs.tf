output "network" {
  description = "The ID of the network, and those of the subnets that machines go into."
  value = {
    id         = module.network.vpc_id
    subnet_ids = values(module.network.private_subnet_ids)
  }
}

output "cluster" {
  description = "Name, API address and issuer of tokens of the cluster; null without one."
  value = one([
    for cluster in module.cluster : {
      name        = cluster.cluster_name
      endpoint    = cluster.endpoint
      oidc_issuer = cluster.oidc_issuer
    }
  ])
}

output "buckets" {
  description = "The buckets by name: the URL that clients of that cloud take, and the ID that rights are given on."
  value = {
    for name, bucket in aws_s3_bucket.this : name => {
      url = "s3://${bucket.bucket}"
      id  = bucket.arn
    }
  }
}

output "databases" {
  description = "The databases by name: host, port, name of the database, and where the first sign-in comes from."
  value = {
    for name, server in aws_db_instance.this : name => {
      host     = server.address
      port     = 5432
      database = name
      sign_in  = "secret ${server.master_user_secret[0].secret_arn}"
    }
  }
}

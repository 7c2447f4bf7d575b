output "network" {
  description = "The ID of the network, and those of the subnets that machines go into."
  value       = local.chosen.network
}

output "cluster" {
  description = "Name, API address and issuer of tokens of the cluster; null without one."
  value       = local.chosen.cluster
}

output "buckets" {
  description = "The buckets by name: the URL that clients of that cloud take, and the ID that rights are given on."
  value       = local.chosen.buckets
}

output "databases" {
  description = "The databases by name: host, port, name of the database, and where the first sign-in comes from."
  value       = local.chosen.databases
}

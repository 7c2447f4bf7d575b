output "cluster_name" {
  description = "The name of the cluster."
  value       = google_container_cluster.this.name
}

output "cluster_id" {
  description = "The ID of the cluster."
  value       = google_container_cluster.this.id
}

output "endpoint" {
  description = "The address of the API."
  value       = "https://${google_container_cluster.this.endpoint}"
}

output "certificate_authority_data" {
  description = "The certificate of the API's authority, in base64."
  value       = google_container_cluster.this.master_auth[0].cluster_ca_certificate
}

output "workload_pool" {
  description = "The pool of identities of workloads."
  value       = google_container_cluster.this.workload_identity_config[0].workload_pool
}

output "node_service_account_email" {
  description = "The account that nodes run as."
  value       = google_service_account.node.email
}

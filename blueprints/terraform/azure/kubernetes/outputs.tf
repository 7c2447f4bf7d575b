output "cluster_id" {
  description = "The resource ID of the cluster."
  value       = azurerm_kubernetes_cluster.this.id
}

output "cluster_name" {
  description = "The name of the cluster, for az aks get-credentials."
  value       = azurerm_kubernetes_cluster.this.name
}

output "private_fqdn" {
  description = "The name of the API inside of the network."
  value       = azurerm_kubernetes_cluster.this.private_fqdn
}

output "oidc_issuer_url" {
  description = "The issuer that federated credentials of workloads trust."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}

output "identity_principal_id" {
  description = "The object ID of the identity of the cluster."
  value       = azurerm_user_assigned_identity.this.principal_id
}

output "kubelet_object_id" {
  description = "The object ID of the identity that nodes pull images with; give it AcrPull on your registry."
  value       = one(azurerm_kubernetes_cluster.this.kubelet_identity[*].object_id)
}

output "node_resource_group" {
  description = "The resource group that nodes are in."
  value       = azurerm_kubernetes_cluster.this.node_resource_group
}

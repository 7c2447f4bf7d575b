output "cluster_name" {
  description = "The name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "cluster_arn" {
  description = "The ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "The address of the API."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority_data" {
  description = "The certificate of the API's authority, in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "cluster_security_group_id" {
  description = "The security group of control plane and nodes."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "oidc_issuer" {
  description = "The issuer of the tokens of service accounts."
  value       = aws_eks_cluster.this.identity[0].oidc[0].issuer
}

output "node_role_arn" {
  description = "The role of the nodes."
  value       = aws_iam_role.node.arn
}

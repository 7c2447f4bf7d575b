resource "aws_eks_cluster" "example" {
  name     = "example"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-1", "subnet-2"]
    endpoint_public_access = false
  }
  enabled_cluster_log_types = ["api"]
}

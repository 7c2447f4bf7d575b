provider "aws" {
  region = "eu-central-1"
}

variables {
  context            = { workload = "shop", environment = "prod", location = "eu-central-1", owner = "shop@example.com" }
  kubernetes_version = "1.33"
  subnet_ids         = ["subnet-a", "subnet-b"]
  node_groups        = { general = { instance_types = ["m7i.large"], min_size = 3, max_size = 9 } }
}

run "is_private_encrypted_and_logged" {
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access == false && aws_eks_cluster.this.vpc_config[0].endpoint_private_access
    error_message = "the API is public"
  }
  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == aws_kms_key.this.arn && length(aws_eks_cluster.this.enabled_cluster_log_types) == 5 && aws_cloudwatch_log_group.this.kms_key_id == aws_kms_key.this.arn
    error_message = "Secrets are not encrypted, or logs are missing"
  }
  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions == false && aws_eks_cluster.this.deletion_protection
    error_message = "somebody is an administrator whom nobody named, or the cluster can be deleted"
  }
  assert {
    condition     = aws_launch_template.this["general"].metadata_options[0].http_tokens == "required" && aws_launch_template.this["general"].metadata_options[0].http_put_response_hop_limit == 1 && aws_launch_template.this["general"].block_device_mappings[0].ebs[0].encrypted == "true"
    error_message = "nodes give their credentials to pods, or have volumes in clear"
  }
  assert {
    condition     = aws_eks_node_group.this["general"].scaling_config[0].desired_size == 3 && keys(aws_eks_addon.before_nodes) == ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"]
    error_message = "the group does not begin at its minimum, or add-ons are missing"
  }
  assert {
    condition     = aws_eks_cluster.this.name == "eks-shop-prod-001" && output.endpoint == aws_eks_cluster.this.endpoint
    error_message = "the name is ${aws_eks_cluster.this.name}"
  }
}

run "opens_and_gives_rights_as_asked" {
  command = plan
  variables {
    public_access_cidrs = ["192.0.2.0/24"]
    access              = { shop = { principal_arn = "arn:aws:iam::123456789012:role/shop", policy = "AmazonEKSEditPolicy", namespaces = ["shop"] } }
    pod_identities      = { shop = { namespace = "shop", service_account = "shop", role_arn = "arn:aws:iam::123456789012:role/shop-pod" } }
  }
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["192.0.2.0/24"])
    error_message = "the API is open to others than the range"
  }
  assert {
    condition     = aws_eks_access_policy_association.this["shop"].access_scope[0].type == "namespace" && aws_eks_access_policy_association.this["shop"].policy_arn == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
    error_message = "the shop may do something outside of its namespace"
  }
  assert {
    condition     = aws_eks_pod_identity_association.this["shop"].role_arn == "arn:aws:iam::123456789012:role/shop-pod"
    error_message = "the workload has no rights"
  }
}

run "refuses_what_would_open_or_break_the_cluster" {
  command = plan
  variables {
    kubernetes_version    = "1.33.2"
    subnet_ids            = ["subnet-a", "subnet-a"]
    public_access_cidrs   = ["0.0.0.0/0"]
    node_groups           = { general = { instance_types = ["m7i.large"], min_size = 5, max_size = 3 } }
    access                = { boss = { principal_arn = "arn:aws:iam::123456789012:role/boss", policy = "AdministratorAccess" } }
    log_retention_in_days = 1
  }
  expect_failures = [
    var.kubernetes_version, var.subnet_ids, var.public_access_cidrs, var.node_groups, var.access, var.log_retention_in_days,
  ]
}

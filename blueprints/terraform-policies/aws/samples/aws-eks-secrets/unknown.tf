resource "terraform_data" "settings" {
  input = "secrets"
}

resource "aws_eks_cluster" "example" {
  name     = "example"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-1", "subnet-2"]
    endpoint_public_access = false
  }
  encryption_config {
    resources = [terraform_data.settings.output]
    provider {
      key_arn = "arn:aws:kms:eu-central-1:111122223333:key/example"
    }
  }
}

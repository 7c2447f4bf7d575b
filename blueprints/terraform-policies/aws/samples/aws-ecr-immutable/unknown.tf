resource "terraform_data" "settings" {
  input = "from elsewhere"
}

resource "aws_ecr_repository" "example" {
  name                 = "example"
  image_tag_mutability = terraform_data.settings.output
}

resource "aws_iam_role_policy_attachment" "example" {
  role       = "deploy"
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

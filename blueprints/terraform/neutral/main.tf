locals {
  # One of the three.
  chosen = one(concat(module.aws, module.azure, module.google))
}

module "aws" {
  source = "./aws"
  count  = var.cloud == "aws" ? 1 : 0

  context             = var.context
  settings            = var.settings
  network             = var.network
  cluster             = var.cluster
  buckets             = var.buckets
  databases           = var.databases
  deletion_protection = var.deletion_protection
}

module "azure" {
  source = "./azure"
  count  = var.cloud == "azure" ? 1 : 0

  context             = var.context
  settings            = var.settings
  network             = var.network
  cluster             = var.cluster
  buckets             = var.buckets
  databases           = var.databases
  deletion_protection = var.deletion_protection
}

module "google" {
  source = "./google"
  count  = var.cloud == "google" ? 1 : 0

  context             = var.context
  settings            = var.settings
  network             = var.network
  cluster             = var.cluster
  buckets             = var.buckets
  databases           = var.databases
  deletion_protection = var.deletion_protection
}

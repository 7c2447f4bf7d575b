terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55.0, < 5.0.0"
    }
    fabric = {
      source  = "microsoft/fabric"
      version = ">= 1.2.0, < 2.0.0"
    }
  }
}

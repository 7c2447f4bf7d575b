provider "azurerm" {
  storage_use_azuread = true
  features {}
}

variables {
  context = { workload = "platform", environment = "prod", location = "westeurope", owner = "platform@example.com" }
  network = {
    address_space    = ["10.0.0.0/16"]
    firewall_prefix  = "10.0.0.0/26"
    endpoints_prefix = "10.0.1.0/24"
  }
}

run "stands_without_management_groups" {
  assert {
    condition     = length(output.management_group_ids) == 0 && output.resource_group_names["connectivity"] == "rg-connectivity-platform-prod-westeurope-001"
    error_message = "there are groups, or names that nobody asked for: ${jsonencode(output.resource_group_names)}"
  }
  assert {
    condition     = keys(output.subnet_ids) == ["endpoints"] && keys(output.private_dns_zone_ids) == ["privatelink.blob.core.windows.net", "privatelink.vaultcore.azure.net"]
    error_message = "vault and state cannot be reached"
  }
  assert {
    condition     = startswith(output.state_backend.storage_account_name, "stmanagementpr") && output.state_backend.resource_group_name == output.resource_group_names["management"]
    error_message = "the backend is not the storage that was made: ${jsonencode(output.state_backend)}"
  }
}

run "has_the_tree_that_was_asked_for" {
  command = plan
  variables {
    governance = {
      management_groups = { example = { display_name = "Example" }, sandbox = { display_name = "Sandboxes", parent = "example" } }
      baseline          = { allowed_locations = ["westeurope"], enforce = false }
    }
    network = {
      address_space     = ["10.0.0.0/16"]
      firewall_prefix   = "10.0.0.0/26"
      endpoints_prefix  = "10.0.1.0/24"
      subnets           = { build = { address_prefix = "10.0.2.0/24" } }
      private_dns_zones = ["privatelink.azurecr.io"]
    }
  }
  assert {
    condition     = keys(output.management_group_ids) == tolist(["example", "sandbox"]) && keys(output.subnet_ids) == ["build", "endpoints"] && length(output.private_dns_zone_ids) == 3
    error_message = "groups, subnets or zones are missing"
  }
}

run "refuses_a_subnet_in_the_place_of_the_endpoints" {
  command = plan
  variables {
    network = {
      address_space    = ["10.0.0.0/16"]
      firewall_prefix  = "10.0.0.0/26"
      endpoints_prefix = "10.0.1.0/24"
      subnets          = { endpoints = { address_prefix = "10.0.2.0/24" } }
    }
  }
  expect_failures = [var.network]
}

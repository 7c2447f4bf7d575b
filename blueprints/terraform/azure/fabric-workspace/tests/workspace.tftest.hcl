provider "azurerm" {
  features {}
}

provider "fabric" {}

variables {
  context             = { workload = "reports", environment = "prod", location = "westeurope", owner = "data@example.com" }
  resource_group_name = "rg-reports"
  display_name        = "Reports"
  roles               = { owners = { principal_id = "11111111-1111-4111-8111-111111111111", role = "Admin" } }
}

run "makes_a_capacity_and_a_workspace_with_an_identity" {
  variables {
    capacity          = { administrators = ["admin@example.com"] }
    lakehouses        = { sales = "Sales" }
    private_endpoints = { gold = { target_resource_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-reports/providers/Microsoft.Storage/storageAccounts/stlakegold", subresource = "dfs" } }
  }
  assert {
    condition     = fabric_workspace.this.capacity_id == data.fabric_capacity.this[0].id && azurerm_fabric_capacity.this[0].sku[0].name == "F2" && can(regex("^fc[a-z0-9]+$", azurerm_fabric_capacity.this[0].name))
    error_message = "the workspace is not on its capacity"
  }
  assert {
    condition     = fabric_workspace.this.identity.type == "SystemAssigned" && output.identity_service_principal_id != null && fabric_lakehouse.this["sales"].configuration.enable_schemas
    error_message = "the workspace has no identity, or the lakehouse no schemas"
  }
  assert {
    condition     = fabric_workspace_managed_private_endpoint.this["gold"].target_subresource_type == "dfs" && fabric_workspace_role_assignment.this["owners"].principal.type == "Group"
    error_message = "the endpoint or the role are wrong"
  }
}

run "uses_a_capacity_that_is_there" {
  command = plan
  variables {
    capacity_id = "44444444-4444-4444-8444-444444444444"
  }
  assert {
    condition     = fabric_workspace.this.capacity_id == "44444444-4444-4444-8444-444444444444" && length(azurerm_fabric_capacity.this) == 0 && output.capacity_resource_id == null
    error_message = "another capacity is made"
  }
}

run "refuses_what_does_not_fit" {
  command = plan
  variables {
    capacity          = { sku = "F3", administrators = ["admin@example.com"] }
    display_name      = ""
    roles             = { readers = { principal_id = "22222222-2222-4222-8222-222222222222", role = "Viewer" } }
    lakehouses        = { "1 sales" = "" }
    private_endpoints = { gold = { target_resource_id = "stlakegold" } }
  }
  expect_failures = [var.capacity, var.display_name, var.roles, var.lakehouses, var.private_endpoints]
}

run "refuses_neither_and_both_capacities" {
  command = plan
  variables {
    capacity_id = null
  }
  expect_failures = [var.capacity_id]
}

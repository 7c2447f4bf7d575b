provider "azurerm" {
  features {}
}

variables {
  context = { workload = "governance", environment = "prod", location = "westeurope", owner = "platform@example.com" }
  management_groups = {
    example = { display_name = "Example" }
    landing = { display_name = "Landing zones", parent = "example" }
    online  = { display_name = "Online", parent = "landing" }
    shop    = { display_name = "Shop", parent = "online" }
  }
}

run "builds_the_tree_with_the_baseline" {
  variables {
    subscriptions = { shop = { subscription_id = "33333333-3333-4333-8333-333333333333", management_group = "shop" } }
    baseline      = { allowed_locations = ["westeurope", "northeurope"], not_scopes = ["/subscriptions/legacy"] }
  }
  assert {
    condition     = azurerm_management_group.level_4["shop"].parent_management_group_id == output.management_group_ids["online"] && azurerm_management_group.level_2["landing"].parent_management_group_id == output.management_group_ids["example"]
    error_message = "the tree is not the one that was asked for"
  }
  assert {
    condition     = azurerm_management_group_subscription_association.this["shop"].management_group_id == output.management_group_ids["shop"]
    error_message = "the subscription is not where it should be"
  }
  assert {
    condition = keys(azurerm_management_group_policy_assignment.baseline) == [
      "example/baseline-benchmark", "example/baseline-group-locations", "example/baseline-locations", "example/baseline-public-ips", "example/baseline-storage-tls",
      "example/baseline-subnet-groups", "example/baseline-tag-environment", "example/baseline-tag-owner", "example/baseline-tag-workload", "example/baseline-vault-purge",
    ]
    error_message = "the baseline is ${jsonencode(keys(azurerm_management_group_policy_assignment.baseline))}"
  }
  assert {
    condition     = alltrue([for assignment in values(azurerm_management_group_policy_assignment.baseline) : assignment.enforce && length(assignment.name) <= 24 && assignment.not_scopes == tolist(["/subscriptions/legacy"])])
    error_message = "the baseline is not enforced, or has names that Azure refuses"
  }
  assert {
    condition     = jsondecode(azurerm_management_group_policy_assignment.baseline["example/baseline-locations"].parameters).listOfAllowedLocations.value == ["northeurope", "westeurope"]
    error_message = "the regions are not those that were asked for"
  }
}

run "gives_policies_that_deploy_an_identity_and_people_roles" {
  variables {
    policy_assignments = {
      deploy-diagnostics = {
        management_group       = "landing"
        policy_definition_id   = "/providers/Microsoft.Authorization/policySetDefinitions/0884adba-2312-4468-abeb-5422caed1038"
        display_name           = "Logs go to Log Analytics"
        parameters             = jsonencode({ logAnalytics = { value = "/subscriptions/s/workspaces/log" } })
        roles                  = ["Log Analytics Contributor", "Monitoring Contributor"]
        non_compliance_message = "Send the logs to Log Analytics."
      }
    }
    role_assignments = {
      auditors = { management_group = "example", principal_id = "11111111-1111-4111-8111-111111111111", role = "Reader" }
      vending  = { management_group = "online", principal_id = "22222222-2222-4222-8222-222222222222", role = "Owner", principal_type = "ServicePrincipal", condition = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {b24988ac-6180-42a0-ab88-20f7382dd24c}" }
    }
  }
  assert {
    condition     = length(azurerm_role_assignment.policy) == 2 && azurerm_role_assignment.policy["deploy-diagnostics/Monitoring Contributor"].principal_id == azurerm_management_group_policy_assignment.this["deploy-diagnostics"].identity[0].principal_id
    error_message = "the policy cannot deploy"
  }
  assert {
    condition     = azurerm_role_assignment.this["vending"].condition_version == "2.0" && azurerm_role_assignment.this["auditors"].condition == null
    error_message = "conditions are not in force"
  }
}

run "refuses_groups_that_are_below_themselves" {
  command = plan
  variables {
    management_groups = {
      example = { display_name = "Example" }
      a       = { display_name = "A", parent = "b" }
      b       = { display_name = "B", parent = "a" }
    }
  }
  expect_failures = [azurerm_management_group.level_1]
}

run "refuses_owners_without_a_condition_and_places_that_are_not_there" {
  command = plan
  variables {
    baseline           = { allowed_locations = [] }
    subscriptions      = { lost = { subscription_id = "33333333-3333-4333-8333-333333333333", management_group = "elsewhere" } }
    role_assignments   = { boss = { management_group = "example", principal_id = "11111111-1111-4111-8111-111111111111", role = "Owner" } }
    policy_assignments = { bad = { management_group = "example", policy_definition_id = "/providers/Microsoft.Authorization/policyDefinitions/x", display_name = "Bad", parameters = "effect: Deny" } }
  }
  expect_failures = [var.baseline, var.subscriptions, var.role_assignments, var.policy_assignments]
}

run "refuses_a_parent_that_is_not_there" {
  command = plan
  variables {
    management_groups = { example = { display_name = "Example" }, lost = { display_name = "Lost", parent = "elsewhere" } }
  }
  expect_failures = [var.management_groups]
}

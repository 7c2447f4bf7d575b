locals {
  definitions = "/providers/Microsoft.Authorization/policyDefinitions"
  initiatives = "/providers/Microsoft.Authorization/policySetDefinitions"

  # Policies that are built into Azure, by what they are for; their IDs are the same in every tenant.
  baseline_policies = var.baseline == null ? {} : merge(
    {
      locations = {
        id         = "${local.definitions}/e56962a6-4747-49cd-b67b-bf8b01975c4c"
        name       = "Resources are in allowed regions"
        parameters = jsonencode({ listOfAllowedLocations = { value = sort(var.baseline.allowed_locations) } })
      }
      group-locations = {
        id         = "${local.definitions}/e765b5de-1225-4ba3-bd56-1ac6695af988"
        name       = "Resource groups are in allowed regions"
        parameters = jsonencode({ listOfAllowedLocations = { value = sort(var.baseline.allowed_locations) } })
      }
      public-ips = {
        id         = "${local.definitions}/83a86a26-fd1f-447c-b59d-e51f44264114"
        name       = "Network interfaces have no public addresses"
        parameters = null
      }
      storage-tls = {
        id         = "${local.definitions}/404c3081-a854-4457-ae30-26a93ef643f9"
        name       = "Storage accounts take HTTPS only"
        parameters = jsonencode({ effect = { value = "Deny" } })
      }
      vault-purge = {
        id         = "${local.definitions}/0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"
        name       = "Key vaults are protected against purging"
        parameters = jsonencode({ effect = { value = "Deny" } })
      }
      subnet-groups = {
        id         = "${local.definitions}/e71308d3-144b-4262-b144-efdc3cc90517"
        name       = "Subnets have a network security group"
        parameters = jsonencode({ effect = { value = "AuditIfNotExists" } })
      }
    },
    {
      for tag in var.baseline.required_tags : "tag-${substr(replace(lower(tag), "/[^a-z0-9]/", ""), 0, 11)}" => {
        id         = "${local.definitions}/96670d01-0a4d-4649-9c89-2d3abc0a5025"
        name       = "Resource groups have the tag ${tag}"
        parameters = jsonencode({ tagName = { value = tag } })
      }
    },
    var.baseline.security_benchmark ? {
      benchmark = {
        id         = "${local.initiatives}/1f3afdf9-d0c9-4c3d-847f-89da613e70a8"
        name       = "Microsoft cloud security benchmark"
        parameters = null
      }
    } : {},
  )

  baseline_assignments = merge([
    for root in keys(local.level_1) : {
      for name, policy in local.baseline_policies : "${root}/baseline-${name}" => merge(policy, { root = root, assignment = "baseline-${name}" })
    }
  ]...)

  policy_identities = { for name, assignment in var.policy_assignments : name => assignment if length(assignment.roles) > 0 }

  policy_roles = merge([
    for name, assignment in local.policy_identities : {
      for role in assignment.roles : "${name}/${role}" => { assignment = name, role = role, management_group = assignment.management_group }
    }
  ]...)
}

resource "azurerm_management_group_policy_assignment" "baseline" {
  for_each = local.baseline_assignments

  name                 = each.value.assignment
  management_group_id  = azurerm_management_group.level_1[each.value.root].id
  policy_definition_id = each.value.id
  display_name         = each.value.name
  parameters           = each.value.parameters
  enforce              = var.baseline.enforce
  not_scopes           = var.baseline.not_scopes

  non_compliance_message {
    content = "${each.value.name}: the baseline of ${each.value.root} asks for it."
  }
}

resource "azurerm_management_group_policy_assignment" "this" {
  for_each = var.policy_assignments

  name                 = each.key
  management_group_id  = local.group_ids[each.value.management_group]
  policy_definition_id = each.value.policy_definition_id
  display_name         = each.value.display_name
  description          = each.value.description
  parameters           = each.value.parameters
  enforce              = each.value.enforce
  not_scopes           = each.value.not_scopes
  location             = length(each.value.roles) > 0 ? var.context.location : null

  dynamic "identity" {
    for_each = length(each.value.roles) > 0 ? ["SystemAssigned"] : []

    content {
      type = identity.value
    }
  }

  dynamic "non_compliance_message" {
    for_each = each.value.non_compliance_message == null ? [] : [each.value.non_compliance_message]

    content {
      content = non_compliance_message.value
    }
  }
}

# Without them a policy that deploys finds what is missing, and can do nothing about it.
resource "azurerm_role_assignment" "policy" {
  for_each = local.policy_roles

  scope                = local.group_ids[each.value.management_group]
  role_definition_name = each.value.role
  principal_id         = azurerm_management_group_policy_assignment.this[each.value.assignment].identity[0].principal_id
  principal_type       = "ServicePrincipal"
  description          = "For the policy ${each.value.assignment}."
}

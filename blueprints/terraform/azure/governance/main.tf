locals {
  # A group can only be made below one that is there, and a resource cannot look at its own other instances: so each level is a resource.
  level_1 = { for name, group in var.management_groups : name => group if group.parent == null }
  level_2 = { for name, group in var.management_groups : name => group if contains(keys(local.level_1), coalesce(group.parent, "-")) }
  level_3 = { for name, group in var.management_groups : name => group if contains(keys(local.level_2), coalesce(group.parent, "-")) }
  level_4 = { for name, group in var.management_groups : name => group if contains(keys(local.level_3), coalesce(group.parent, "-")) }

  group_ids = merge(
    { for name, group in azurerm_management_group.level_1 : name => group.id },
    { for name, group in azurerm_management_group.level_2 : name => group.id },
    { for name, group in azurerm_management_group.level_3 : name => group.id },
    { for name, group in azurerm_management_group.level_4 : name => group.id },
  )

  # Those below themselves, or too deep.
  unplaced = setsubtract(keys(var.management_groups), concat(keys(local.level_1), keys(local.level_2), keys(local.level_3), keys(local.level_4)))
}

resource "azurerm_management_group" "level_1" {
  for_each = local.level_1

  name                       = each.key
  display_name               = each.value.display_name
  parent_management_group_id = var.root_parent_id

  lifecycle {
    # Subscriptions are placed by associations, one for each.
    ignore_changes = [subscription_ids]

    precondition {
      condition     = length(local.unplaced) == 0
      error_message = "These management groups are below themselves or deeper than four levels: ${join(", ", local.unplaced)}."
    }
  }
}

resource "azurerm_management_group" "level_2" {
  for_each = local.level_2

  name                       = each.key
  display_name               = each.value.display_name
  parent_management_group_id = azurerm_management_group.level_1[each.value.parent].id

  lifecycle {
    ignore_changes = [subscription_ids]
  }
}

resource "azurerm_management_group" "level_3" {
  for_each = local.level_3

  name                       = each.key
  display_name               = each.value.display_name
  parent_management_group_id = azurerm_management_group.level_2[each.value.parent].id

  lifecycle {
    ignore_changes = [subscription_ids]
  }
}

resource "azurerm_management_group" "level_4" {
  for_each = local.level_4

  name                       = each.key
  display_name               = each.value.display_name
  parent_management_group_id = azurerm_management_group.level_3[each.value.parent].id

  lifecycle {
    ignore_changes = [subscription_ids]
  }
}

resource "azurerm_management_group_subscription_association" "this" {
  for_each = var.subscriptions

  management_group_id = local.group_ids[each.value.management_group]
  subscription_id     = "/subscriptions/${each.value.subscription_id}"
}

resource "azurerm_role_assignment" "this" {
  for_each = var.role_assignments

  scope                = local.group_ids[each.value.management_group]
  role_definition_name = each.value.role
  principal_id         = each.value.principal_id
  principal_type       = each.value.principal_type
  description          = each.value.description
  condition            = each.value.condition
  condition_version    = each.value.condition == null ? null : "2.0"
}

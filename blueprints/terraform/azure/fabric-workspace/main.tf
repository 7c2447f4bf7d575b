module "naming" {
  source  = "../../naming"
  context = var.context
}

resource "azurerm_fabric_capacity" "this" {
  count = var.capacity == null ? 0 : 1

  # Letters and digits only.
  name                   = "fc${module.naming.compact}"
  resource_group_name    = var.resource_group_name
  location               = var.context.location
  administration_members = var.capacity.administrators
  tags                   = module.naming.tags

  sku {
    name = var.capacity.sku
    tier = "Fabric"
  }
}

# Fabric knows the capacity by another ID than Azure does.
data "fabric_capacity" "this" {
  count = var.capacity == null ? 0 : 1

  display_name = azurerm_fabric_capacity.this[0].name

  lifecycle {
    postcondition {
      condition     = self.state == "Active"
      error_message = "The capacity ${self.display_name} is ${self.state}: resume it, then apply again."
    }
  }
}

resource "fabric_workspace" "this" {
  display_name = var.display_name
  description  = "${var.context.workload}, ${var.context.environment}. Owned by ${var.context.owner}."
  capacity_id  = var.capacity == null ? var.capacity_id : data.fabric_capacity.this[0].id

  identity = {
    type = "SystemAssigned"
  }
}

resource "fabric_workspace_role_assignment" "this" {
  for_each = var.roles

  workspace_id = fabric_workspace.this.id
  role         = each.value.role

  principal = {
    id   = each.value.principal_id
    type = each.value.principal_type
  }
}

resource "fabric_lakehouse" "this" {
  for_each = var.lakehouses

  workspace_id = fabric_workspace.this.id
  display_name = each.key
  description  = each.value

  configuration = {
    enable_schemas = true
  }
}

resource "fabric_workspace_managed_private_endpoint" "this" {
  for_each = var.private_endpoints

  workspace_id                    = fabric_workspace.this.id
  name                            = each.key
  target_private_link_resource_id = each.value.target_resource_id
  target_subresource_type         = each.value.subresource
  request_message                 = substr("Workspace ${var.display_name}, owned by ${var.context.owner}", 0, 140)
}

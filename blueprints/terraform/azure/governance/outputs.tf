output "management_group_ids" {
  description = "The resource IDs of the management groups, by name."
  value       = local.group_ids
}

output "policy_assignment_ids" {
  description = "The resource IDs of the policy assignments, those of the baseline by ROOT/NAME."
  value = merge(
    { for name, assignment in azurerm_management_group_policy_assignment.baseline : name => assignment.id },
    { for name, assignment in azurerm_management_group_policy_assignment.this : name => assignment.id },
  )
}

variables {
  context = {
    workload    = "platform"
    environment = "prod"
    location    = "westeurope"
    owner       = "Platform Team <ops@example.com>"
    tags        = { "Cost Center" = "4711" }
  }
}

run "names_follow_from_the_context" {
  command = plan

  assert {
    condition     = output.suffix == "platform-prod-westeurope-001"
    error_message = "suffix is ${output.suffix}"
  }
  assert {
    condition     = output.short == "platform-prod-001"
    error_message = "short is ${output.short}"
  }
  assert {
    condition     = can(regex("^platformprod[0-9a-f]{6}$", output.compact))
    error_message = "compact is ${output.compact}"
  }
  assert {
    condition     = output.tags["owner"] == "Platform Team <ops@example.com>" && output.tags["Cost Center"] == "4711" && output.tags["managed-by"] == "terraform"
    error_message = "tags are ${jsonencode(output.tags)}"
  }
  assert {
    condition     = output.labels["owner"] == "platform-team--ops-example-com-" && output.labels["cost-center"] == "4711"
    error_message = "labels are ${jsonencode(output.labels)}"
  }
}

run "another_seed_gives_another_unique_name" {
  command = plan
  variables {
    context = {
      workload    = "longestname1"
      environment = "sandbox"
      location    = "westeurope"
      owner       = "ops"
      unique_seed = "another"
    }
  }

  assert {
    condition     = length(output.compact) == 20 && !endswith(output.compact, substr(sha256("longestname1/sandbox/westeurope/001/"), 0, 6))
    error_message = "compact is ${output.compact}"
  }
}

run "refuses_a_workload_that_storage_accounts_cannot_have" {
  command = plan
  variables {
    context = { workload = "My-Platform", environment = "prod", location = "westeurope", owner = "ops" }
  }
  expect_failures = [var.context]
}

run "refuses_an_unknown_environment" {
  command = plan
  variables {
    context = { workload = "platform", environment = "production", location = "westeurope", owner = "ops" }
  }
  expect_failures = [var.context]
}

run "refuses_a_location_that_is_a_display_name" {
  command = plan
  variables {
    context = { workload = "platform", environment = "prod", location = "West Europe", owner = "ops" }
  }
  expect_failures = [var.context]
}

run "refuses_nobody_as_owner" {
  command = plan
  variables {
    context = { workload = "platform", environment = "prod", location = "westeurope", owner = " " }
  }
  expect_failures = [var.context]
}

run "refuses_tags_that_the_context_gives" {
  command = plan
  variables {
    context = { workload = "platform", environment = "prod", location = "westeurope", owner = "ops", tags = { owner = "me" } }
  }
  expect_failures = [var.context]
}

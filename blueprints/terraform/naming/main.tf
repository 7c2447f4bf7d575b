locals {
  parts  = [var.context.workload, var.context.environment, var.context.location, var.context.instance]
  suffix = join("-", local.parts)

  # Names that are unique in the world get six digits that follow from the context, so that two organisations with a workload
  # "platform" do not meet, and the same context always gives the same name.
  digits  = substr(sha256(join("/", concat(local.parts, [var.context.unique_seed]))), 0, 6)
  compact = "${substr("${var.context.workload}${var.context.environment}", 0, 14)}${local.digits}"

  tags = merge(var.context.tags, {
    workload    = var.context.workload
    environment = var.context.environment
    owner       = var.context.owner
    managed-by  = "terraform"
  })
}

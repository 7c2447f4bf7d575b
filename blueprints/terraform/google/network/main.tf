module "naming" {
  source  = "../../naming"
  context = var.context
}

locals {
  subnets = { for name, subnet in var.subnets : name => merge(subnet, { region = coalesce(subnet.region, var.context.location) }) }
  regions = toset([for subnet in values(local.subnets) : subnet.region])
}

resource "google_compute_network" "this" {
  name                            = "vpc-${module.naming.short}"
  project                         = var.project_id
  description                     = "For ${module.naming.suffix}, owned by ${var.context.owner}."
  auto_create_subnetworks         = false
  delete_default_routes_on_create = false
  routing_mode                    = "REGIONAL"
}

resource "google_compute_subnetwork" "this" {
  for_each = local.subnets

  name                     = "${each.key}-${module.naming.short}"
  project                  = var.project_id
  network                  = google_compute_network.this.id
  region                   = each.value.region
  ip_cidr_range            = each.value.ip_cidr_range
  private_ip_google_access = true

  dynamic "secondary_ip_range" {
    for_each = each.value.secondary_ranges

    content {
      range_name    = secondary_ip_range.key
      ip_cidr_range = secondary_ip_range.value
    }
  }

  log_config {
    aggregation_interval = "INTERVAL_5_MIN"
    flow_sampling        = 0.5
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_router" "this" {
  for_each = local.regions

  name    = "router-${each.key}-${module.naming.short}"
  project = var.project_id
  network = google_compute_network.this.id
  region  = each.key
}

resource "google_compute_router_nat" "this" {
  for_each = local.regions

  name                               = "nat-${each.key}-${module.naming.short}"
  project                            = var.project_id
  router                             = google_compute_router.this[each.key].name
  region                             = each.key
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

resource "google_compute_global_address" "services" {
  count = var.private_services_prefix_length == null ? 0 : 1

  name          = "services-${module.naming.short}"
  project       = var.project_id
  network       = google_compute_network.this.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = var.private_services_prefix_length
  labels        = module.naming.labels
}

resource "google_service_networking_connection" "services" {
  count = var.private_services_prefix_length == null ? 0 : 1

  network                 = google_compute_network.this.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services[0].name]

  # Google takes days to let the peering go after the last database; the network would stay as long.
  deletion_policy = "ABANDON"
}

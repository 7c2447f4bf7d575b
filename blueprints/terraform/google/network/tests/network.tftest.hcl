provider "google" {
  project = "example-project"
  region  = "europe-west3"
}

variables {
  context    = { workload = "shop", environment = "prod", location = "europe-west3", owner = "shop@example.com" }
  project_id = "example-project"
  subnets = {
    cluster = { ip_cidr_range = "10.30.0.0/20", secondary_ranges = { pods = "10.32.0.0/14", services = "10.36.0.0/20" } }
    build   = { ip_cidr_range = "10.40.0.0/20", region = "europe-west4" }
  }
}

run "denies_logs_and_goes_out_by_nat" {
  assert {
    condition     = google_compute_firewall.deny.priority == 65000 && one(google_compute_firewall.deny.deny).protocol == "all" && length(google_compute_firewall.deny.log_config) == 1
    error_message = "something gets in that nobody listed, or nobody learns of it"
  }
  assert {
    condition     = google_compute_network.this.auto_create_subnetworks == false && alltrue([for subnet in google_compute_subnetwork.this : subnet.private_ip_google_access && length(subnet.log_config) == 1])
    error_message = "a subnet has no flow logs, or reaches Google over the internet"
  }
  assert {
    condition     = keys(google_compute_router_nat.this) == ["europe-west3", "europe-west4"] && alltrue([for nat in google_compute_router_nat.this : nat.log_config[0].enable])
    error_message = "a region has no way out"
  }
  assert {
    condition     = output.subnets["cluster"].secondary_ranges == ["pods", "services"] && output.subnets["build"].region == "europe-west4"
    error_message = "subnets are not those that were asked for: ${jsonencode(output.subnets)}"
  }
  assert {
    condition     = length(google_compute_firewall.iap) == 0 && length(google_service_networking_connection.services) == 0
    error_message = "there is more than was asked for"
  }
}

run "lets_in_what_is_listed" {
  command = plan
  variables {
    ingress                        = { https-from-office = { ports = { tcp = ["443"] }, source_ranges = ["192.0.2.0/24"], target_tags = ["web"] } }
    iap_ssh                        = true
    private_services_prefix_length = 20
  }
  assert {
    condition     = one(google_compute_firewall.ingress["https-from-office"].allow).ports == tolist(["443"]) && google_compute_firewall.ingress["https-from-office"].target_tags == toset(["web"])
    error_message = "the rule is wider than what was asked for"
  }
  assert {
    condition     = google_compute_firewall.iap[0].source_ranges == toset(["35.235.240.0/20"]) && google_compute_global_address.services[0].prefix_length == 20
    error_message = "the proxy or the services are wrong"
  }
}

run "refuses_everybody_and_what_does_not_fit" {
  command = plan
  variables {
    project_id                     = "Example Project"
    subnets                        = { Bad_Name = { ip_cidr_range = "10.30.0.0/20" } }
    ingress                        = { all = { ports = { tcp = ["22"] }, source_ranges = ["0.0.0.0/0"] } }
    private_services_prefix_length = 29
  }
  expect_failures = [var.project_id, var.subnets, var.ingress, var.private_services_prefix_length]
}

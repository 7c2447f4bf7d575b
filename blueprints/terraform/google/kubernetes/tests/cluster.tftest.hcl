provider "google" {
  project = "example-project"
  region  = "europe-west3"
}

variables {
  context             = { workload = "shop", environment = "prod", location = "europe-west3", owner = "shop@example.com" }
  project_id          = "example-project"
  network             = { network_id = "projects/example-project/global/networks/vpc", subnet_id = "projects/example-project/regions/europe-west3/subnetworks/cluster" }
  authorized_networks = { office-vpn = "10.100.0.0/16" }
  node_pools          = { general = { machine_type = "n2-standard-4", min_size = 3, max_size = 9 } }
}

run "is_private_encrypted_and_without_anonymous_rights" {
  assert {
    condition     = google_container_cluster.this.private_cluster_config[0].enable_private_endpoint && google_container_cluster.this.private_cluster_config[0].enable_private_nodes && google_container_cluster.this.master_authorized_networks_config[0].gcp_public_cidrs_access_enabled == false
    error_message = "the API or the nodes are public"
  }
  assert {
    condition     = google_container_cluster.this.database_encryption[0].key_name == google_kms_crypto_key.this.id && google_kms_crypto_key.this.rotation_period == "7776000s" && google_kms_crypto_key_iam_member.gke.member == "serviceAccount:service-${data.google_project.this.number}@container-engine-robot.iam.gserviceaccount.com"
    error_message = "Secrets are not encrypted with the key, or GKE may not use it"
  }
  assert {
    condition     = google_container_cluster.this.anonymous_authentication_config[0].mode == "LIMITED" && google_container_cluster.this.enable_legacy_abac == false && google_container_cluster.this.master_auth[0].client_certificate_config[0].issue_client_certificate == false && google_container_cluster.this.deletion_protection
    error_message = "somebody has rights without a name, or the cluster can be deleted"
  }
  assert {
    condition = (
      google_container_node_pool.this["general"].node_config[0].workload_metadata_config[0].mode == "GKE_METADATA" &&
      google_container_node_pool.this["general"].node_config[0].shielded_instance_config[0].enable_secure_boot &&
      google_container_node_pool.this["general"].node_config[0].service_account == output.node_service_account_email
    )
    error_message = "pods reach the token of their node, or nodes boot anything"
  }
  assert {
    condition     = google_container_cluster.this.maintenance_policy[0].recurring_window[0].recurrence == "FREQ=WEEKLY;BYDAY=SA,SU" && output.workload_pool == "example-project.svc.id.goog" && length(google_service_account.node.account_id) <= 30
    error_message = "window, pool of identities or the name of the account are wrong"
  }
}

run "opens_and_gives_rights_as_asked" {
  command = plan
  variables {
    private_endpoint    = false
    authorized_networks = { office = "203.0.113.0/24" }
    admin_group         = "gke-security-groups@example.com"
    workload_identities = { shop = { namespace = "shop", service_account = "web", google_account_email = "shop@example-project.iam.gserviceaccount.com" } }
  }
  assert {
    condition     = one(google_container_cluster.this.master_authorized_networks_config[0].cidr_blocks).cidr_block == "203.0.113.0/24" && google_container_cluster.this.authenticator_groups_config[0].security_group == "gke-security-groups@example.com"
    error_message = "the API is open to others, or the group is missing"
  }
  assert {
    condition     = google_service_account_iam_member.workload["shop"].member == "serviceAccount:example-project.svc.id.goog[shop/web]"
    error_message = "another workload gets the rights"
  }
}

run "refuses_public_ranges_for_a_private_api" {
  command = plan
  variables {
    authorized_networks = { office = "203.0.113.0/24" }
  }
  expect_failures = [google_container_cluster.this]
}

run "refuses_everybody_and_what_does_not_fit" {
  command = plan
  variables {
    authorized_networks = { all = "0.0.0.0/0" }
    release_channel     = "NIGHTLY"
    maintenance         = { days = ["SATURDAY"] }
    node_pools          = { general = { machine_type = "n2-standard-4", min_size = 5, max_size = 3 } }
    admin_group         = "admins@example.com"
  }
  expect_failures = [var.authorized_networks, var.release_channel, var.maintenance, var.node_pools, var.admin_group]
}

module "naming" {
  source  = "../../naming"
  context = var.context
}

data "google_project" "this" {
  project_id = var.project_id
}

locals {
  name   = "gke-${module.naming.short}"
  labels = module.naming.labels

  # Windows repeat from a day that has to be a date; any Saturday will do.
  window_date = "2025-01-04"
}

resource "google_kms_key_ring" "this" {
  name     = local.name
  project  = var.project_id
  location = var.context.location
}

resource "google_kms_crypto_key" "this" {
  name            = "secrets"
  key_ring        = google_kms_key_ring.this.id
  purpose         = "ENCRYPT_DECRYPT"
  rotation_period = "7776000s"
  labels          = local.labels
}

resource "google_kms_crypto_key_iam_member" "gke" {
  crypto_key_id = google_kms_crypto_key.this.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${data.google_project.this.number}@container-engine-robot.iam.gserviceaccount.com"
}

resource "google_container_cluster" "this" {
  name                     = local.name
  project                  = var.project_id
  location                 = var.context.location
  network                  = var.network.network_id
  subnetwork               = var.network.subnet_id
  networking_mode          = "VPC_NATIVE"
  datapath_provider        = "ADVANCED_DATAPATH"
  enable_shielded_nodes    = true
  enable_legacy_abac       = false
  deletion_protection      = var.deletion_protection
  remove_default_node_pool = true
  initial_node_count       = 1
  resource_labels          = local.labels

  ip_allocation_policy {
    cluster_secondary_range_name  = var.network.pods_range
    services_secondary_range_name = var.network.services_range
  }

  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = var.private_endpoint
  }

  master_authorized_networks_config {
    gcp_public_cidrs_access_enabled      = false
    private_endpoint_enforcement_enabled = true

    dynamic "cidr_blocks" {
      for_each = var.authorized_networks

      content {
        display_name = cidr_blocks.key
        cidr_block   = cidr_blocks.value
      }
    }
  }

  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }

  anonymous_authentication_config {
    mode = "LIMITED"
  }

  rbac_binding_config {
    enable_insecure_binding_system_authenticated   = false
    enable_insecure_binding_system_unauthenticated = false
  }

  dynamic "authenticator_groups_config" {
    for_each = var.admin_group == null ? [] : [var.admin_group]

    content {
      security_group = authenticator_groups_config.value
    }
  }

  workload_identity_config {
    workload_pool = "${var.project_id}.svc.id.goog"
  }

  database_encryption {
    state    = "ENCRYPTED"
    key_name = google_kms_crypto_key.this.id
  }

  binary_authorization {
    evaluation_mode = "PROJECT_SINGLETON_POLICY_ENFORCE"
  }

  security_posture_config {
    mode               = "BASIC"
    vulnerability_mode = "VULNERABILITY_BASIC"
  }

  release_channel {
    channel = var.release_channel
  }

  maintenance_policy {
    recurring_window {
      start_time = "${local.window_date}T${var.maintenance.start_time}:00Z"
      end_time   = "${local.window_date}T${var.maintenance.end_time}:00Z"
      recurrence = "FREQ=WEEKLY;BYDAY=${join(",", var.maintenance.days)}"
    }
  }

  logging_config {
    enable_components = ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER"]
  }

  monitoring_config {
    enable_components = ["SYSTEM_COMPONENTS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER"]

    managed_prometheus {
      enabled = true
    }
  }

  # The default pool lives for minutes, and has to pass the policies of the organisation for as long.
  node_config {
    service_account = google_service_account.node.email

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
  }

  lifecycle {
    # It belongs to the default pool, which is gone.
    ignore_changes = [node_config]

    precondition {
      condition     = !var.private_endpoint || alltrue([for range in values(var.authorized_networks) : can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.)", range))])
      error_message = "authorized_networks must be private ranges while private_endpoint is true: nobody else reaches the API."
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.gke]
}

resource "google_service_account_iam_member" "workload" {
  for_each = var.workload_identities

  service_account_id = "projects/${var.project_id}/serviceAccounts/${each.value.google_account_email}"
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${each.value.namespace}/${each.value.service_account}]"

  # The pool of identities comes with the cluster.
  depends_on = [google_container_cluster.this]
}

/**
 * What the samples use of the types of hashicorp/google 6.x and 7.x, in the notation of `compact-schema.ts`. Names, types, and which of them
 * the provider works out by itself are those of its documentation in the Terraform registry.
 */
export const googleTypes = `
google_bigquery_dataset
  dataset_id! id~ labels?m location? access{iam_member? role? special_group?}
google_compute_firewall
  direction~ disabled?b id~ name! network! priority?n source_ranges?S allow{ports?L protocol!}
  log_config1[metadata!]
google_compute_instance
  deletion_protection?b id~ labels?m machine_type! metadata?m name! tags?S zone~
  boot_disk!1[initialize_params1[image~]] network_interface![network~ subnetwork~ access_config[]]
  service_account1[email~ scopes!S] shielded_instance_config1[enable_secure_boot?b]
google_compute_ssl_policy
  id~ min_tls_version? name! profile?
google_compute_subnetwork
  id~ ip_cidr_range~ name! network! private_ip_google_access~b purpose~ region~ role?
  log_config1[aggregation_interval? metadata?]
google_container_cluster
  deletion_protection?b id~ initial_node_count?n location~ name! network? subnetwork~
  private_cluster_config1[enable_private_nodes?b]
  master_authorized_networks_config1[cidr_blocks{cidr_block! display_name?}]
  workload_identity_config1[workload_pool?]
google_dns_managed_zone
  dns_name! id~ labels?m name! visibility? dnssec_config1[state?]
google_kms_crypto_key
  id~ key_ring! labels?m name! purpose? rotation_period?
google_project_iam_member
  id~ member! project! role!
google_service_account
  account_id! disabled?b id~ email=
google_service_account_key
  id~ service_account_id!
google_sql_database_instance
  database_version! deletion_protection?b id~ instance_type~ name~ node_count~n region~
  settings1[tier! user_labels~m backup_configuration1[enabled?b location?] ip_configuration1[ipv4_enabled?b private_network? ssl_mode~ authorized_networks{name? value!}]]
google_storage_bucket
  id~ labels?m location! name! public_access_prevention~ uniform_bucket_level_access~b
  versioning1[enabled!b]
google_storage_bucket_iam_binding
  bucket! id~ members!S role!
google_storage_bucket_iam_member
  bucket! id~ member! role!
`;

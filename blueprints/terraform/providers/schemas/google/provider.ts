// The arguments with an address for each service (`compute_custom_endpoint`, ...) are not here: nothing answers at addresses of a stub.
export const provider = `
provider
  optional string: access_token billing_project credentials impersonate_service_account project
  optional string: region request_reason request_timeout terraform_attribution_label_addition_strategy universe_domain zone
  optional bool: add_terraform_attribution_label user_project_override
  optional list(string): impersonate_service_account_delegates scopes
  optional map(string): default_labels
  optional blocks: batching
    optional bool: enable_batching
    optional string: send_after

data google_project
  value id = projects/{project}
  value number = {account}
  value project_id = {project}
  optional string: project_id
  optional computed string: id
  computed bool: auto_create_network
  computed string: billing_account deletion_policy folder_id name number org_id
  computed map(string): effective_labels labels tags terraform_labels

data google_compute_zones
  value names = europe-west3-a, europe-west3-b, europe-west3-c
  optional string: region status
  optional computed string: id project
  computed list(string): names

data google_storage_project_service_account
  value email_address = service-{account}@gs-project-accounts.iam.gserviceaccount.com
  value member = serviceAccount:service-{account}@gs-project-accounts.iam.gserviceaccount.com
  optional string: user_project
  optional computed string: id project
  computed string: email_address member
`;

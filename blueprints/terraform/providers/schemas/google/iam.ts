export const iam = `
resource google_service_account
  value id = projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com
  value name = projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com
  value email = {account_id}@{project}.iam.gserviceaccount.com
  value member = serviceAccount:{account_id}@{project}.iam.gserviceaccount.com
  required string: account_id^
  optional string: description display_name
  optional bool: create_ignore_already_exists disabled
  optional computed string: id project^
  computed string: email member name unique_id
  timeouts: create

resource google_project_iam_member
  value id = {project}/{role}/{member}
  required string: member^ project^ role^
  optional computed string: id
  computed string: etag
  optional block: condition
    required string: expression^ title^
    optional string: description^

resource google_service_account_iam_member
  value id = {service_account_id}/{role}/{member}
  required string: member^ role^ service_account_id^
  optional computed string: id
  computed string: etag
  optional block: condition
    required string: expression^ title^
    optional string: description^

resource google_kms_key_ring
  value id = projects/{project}/locations/{location}/keyRings/{name}
  required string: location^ name^
  optional computed string: id project^
  timeouts: create delete

resource google_kms_crypto_key
  value id = {key_ring}/cryptoKeys/{name}
  required string: key_ring^ name^
  optional string: purpose^ rotation_period
  optional bool: skip_initial_version_creation^
  optional map(string): labels
  optional computed string: crypto_key_backend^ destroy_scheduled_duration^ id
  optional computed bool: import_only^
  computed map(string): effective_labels terraform_labels
  computed list(object): primary
    string: name state
  optional block: version_template
    required string: algorithm
    optional string: protection_level^
  timeouts: create update delete

resource google_kms_crypto_key_iam_member
  value id = {crypto_key_id}/{role}/{member}
  required string: crypto_key_id^ member^ role^
  optional computed string: id
  computed string: etag
  optional block: condition
    required string: expression^ title^
    optional string: description^
`;

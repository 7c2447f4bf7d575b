provider "azurerm" {
  features {}
}

variables {
  context                    = { workload = "lake", environment = "prod", location = "westeurope", owner = "data@example.com" }
  resource_group_name        = "rg-lake"
  log_analytics_workspace_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-management/providers/Microsoft.OperationalInsights/workspaces/log-central"
  network = {
    virtual_network_id                  = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet"
    host_subnet_name                    = "host"
    container_subnet_name               = "container"
    host_subnet_nsg_association_id      = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/host"
    container_subnet_nsg_association_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/container"
  }
}

run "is_off_the_public_network" {
  assert {
    condition     = azurerm_databricks_workspace.this.public_network_access_enabled == false && azurerm_databricks_workspace.this.custom_parameters[0].no_public_ip && azurerm_databricks_workspace.this.infrastructure_encryption_enabled
    error_message = "the workspace or its clusters are public"
  }
  assert {
    condition     = azurerm_storage_account.this.network_rules[0].default_action == "Deny" && azurerm_storage_account.this.network_rules[0].private_link_access[0].endpoint_resource_id == azurerm_databricks_access_connector.this.id && azurerm_storage_account.this.shared_access_key_enabled == false && azurerm_storage_account.this.is_hns_enabled
    error_message = "others than the connector reach the storage"
  }
  assert {
    condition     = azurerm_role_assignment.connector.principal_id == azurerm_databricks_access_connector.this.identity[0].principal_id && can(regex("^abfss://catalog@st[a-z0-9]+\\.dfs\\.core\\.windows\\.net/$", output.storage_urls["catalog"]))
    error_message = "Unity Catalog cannot write its tables"
  }
  assert {
    condition     = azurerm_databricks_workspace.this.enhanced_security_compliance[0].compliance_security_profile_enabled == false && startswith(output.workspace_url, "https://adb-")
    error_message = "a profile is on that cannot be switched off again, or the address is wrong"
  }
}

run "takes_endpoints_and_a_profile" {
  command = plan
  variables {
    private_endpoint         = { subnet_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/e", private_dns_zone_ids = ["/subscriptions/s/privateDnsZones/privatelink.azuredatabricks.net"] }
    storage_private_endpoint = { subnet_id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-lake/providers/Microsoft.Network/virtualNetworks/vnet/subnets/e" }
    compliance_standards     = ["HIPAA"]
  }
  assert {
    condition     = azurerm_private_endpoint.workspace[0].private_service_connection[0].subresource_names == tolist(["databricks_ui_api"]) && azurerm_private_endpoint.storage[0].private_service_connection[0].subresource_names == tolist(["dfs"])
    error_message = "endpoints are for something else"
  }
  assert {
    condition     = azurerm_databricks_workspace.this.enhanced_security_compliance[0].compliance_security_profile_standards == toset(["HIPAA"])
    error_message = "the profile is not on"
  }
}

run "refuses_what_does_not_fit" {
  command = plan
  variables {
    storage_containers   = ["A"]
    compliance_standards = ["ISO"]
    network = {
      virtual_network_id                  = "v"
      host_subnet_name                    = "same"
      container_subnet_name               = "same"
      host_subnet_nsg_association_id      = "a"
      container_subnet_nsg_association_id = "b"
    }
  }
  expect_failures = [var.storage_containers, var.compliance_standards, var.network]
}

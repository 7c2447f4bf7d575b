resource "azurerm_key_vault" "example" {
  name                = "kv-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "standard"
  network_acls {
    bypass         = "AzureServices"
    default_action = "Deny"
  }
}

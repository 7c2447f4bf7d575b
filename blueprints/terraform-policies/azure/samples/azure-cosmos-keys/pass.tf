resource "azurerm_cosmosdb_account" "example" {
  name                = "cosmos-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  offer_type          = "Standard"
  consistency_policy {
    consistency_level = "Session"
  }
  geo_location {
    location          = "westeurope"
    failover_priority = 0
  }
  local_authentication_disabled = true
}

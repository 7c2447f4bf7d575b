resource "azurerm_linux_web_app" "example" {
  name                = "app-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  service_plan_id     = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/serverFarms/plan"
  site_config {
    ftps_state = "AllAllowed"
  }
}

resource "terraform_data" "settings" {
  input = true
}

resource "azurerm_linux_web_app" "example" {
  name                = "app-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  service_plan_id     = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/serverFarms/plan"
  https_only          = terraform_data.settings.output
  site_config {
  }
}

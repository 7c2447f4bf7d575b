resource "terraform_data" "settings" {
  input = true
}

resource "azurerm_kubernetes_cluster" "example" {
  name                = "aks-example"
  resource_group_name = "rg-example"
  location            = "westeurope"
  dns_prefix          = "aks"
  default_node_pool {
    name       = "default"
    node_count = 3
    vm_size    = "Standard_D4s_v5"
  }
  identity {
    type = "SystemAssigned"
  }
  local_account_disabled = terraform_data.settings.output
}

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
  private_cluster_enabled = true
}

resource "azurerm_kubernetes_cluster" "ranges" {
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
  api_server_access_profile {
    authorized_ip_ranges = ["203.0.113.0/24"]
  }
}

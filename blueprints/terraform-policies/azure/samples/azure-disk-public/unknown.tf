resource "terraform_data" "settings" {
  input = false
}

resource "azurerm_managed_disk" "example" {
  name                          = "disk-example"
  resource_group_name           = "rg-example"
  location                      = "westeurope"
  storage_account_type          = "Premium_LRS"
  create_option                 = "Empty"
  disk_size_gb                  = 64
  public_network_access_enabled = terraform_data.settings.output
}

resource "azurerm_managed_disk" "example" {
  name                 = "disk-example"
  resource_group_name  = "rg-example"
  location             = "westeurope"
  storage_account_type = "Premium_LRS"
  create_option        = "Empty"
  disk_size_gb         = 64
}

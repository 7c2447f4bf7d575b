resource "azurerm_linux_virtual_machine" "example" {
  name                  = "vm-example"
  resource_group_name   = "rg-example"
  location              = "westeurope"
  size                  = "Standard_D2s_v5"
  admin_username        = "ops"
  network_interface_ids = ["/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/nic"]
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
  }
  encryption_at_host_enabled = true
  admin_ssh_key {
    username   = "ops"
    public_key = "ssh-ed25519 AAAA"
  }
}

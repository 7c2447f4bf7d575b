resource "azurerm_redis_cache" "example" {
  name                 = "redis-example"
  resource_group_name  = "rg-example"
  location             = "westeurope"
  capacity             = 1
  family               = "C"
  sku_name             = "Standard"
  minimum_tls_version  = "1.2"
  non_ssl_port_enabled = true
}

# Azure's own PostgreSQL, in the delegated subnet, known by a private name. Only with managed_database.
resource "azurerm_private_dns_zone" "database" {
  count               = var.managed_database ? 1 : 0
  name                = "${var.name}.postgres.database.azure.com"
  resource_group_name = azurerm_resource_group.site.name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "database" {
  count                 = var.managed_database ? 1 : 0
  name                  = "${var.name}-database"
  resource_group_name   = azurerm_resource_group.site.name
  private_dns_zone_name = azurerm_private_dns_zone.database[0].name
  virtual_network_id    = azurerm_virtual_network.site.id
  tags                  = var.tags
}

resource "azurerm_postgresql_flexible_server" "database" {
  count                         = var.managed_database ? 1 : 0
  name                          = "${var.name}-database"
  resource_group_name           = azurerm_resource_group.site.name
  location                      = azurerm_resource_group.site.location
  version                       = "16"
  sku_name                      = local.size.managed
  storage_mb                    = max(32768, local.size.disk_gb * 1024)
  delegated_subnet_id           = azurerm_subnet.zone["private-database"].id
  private_dns_zone_id           = azurerm_private_dns_zone.database[0].id
  public_network_access_enabled = false
  administrator_login           = "gatebook"
  administrator_password        = var.database_password
  backup_retention_days         = 14
  tags                          = var.tags

  depends_on = [
    azurerm_private_dns_zone_virtual_network_link.database,
    azurerm_network_security_rule.flow,
    azurerm_subnet_network_security_group_association.zone,
  ]

  lifecycle {
    # Azure chooses the zone, and may choose again.
    ignore_changes  = [zone]
    prevent_destroy = true
  }
}

resource "azurerm_postgresql_flexible_server_database" "gatebook" {
  count     = var.managed_database ? 1 : 0
  name      = "gatebook"
  server_id = azurerm_postgresql_flexible_server.database[0].id
  charset   = "UTF8"
  collation = "C"

  lifecycle {
    prevent_destroy = true
  }
}

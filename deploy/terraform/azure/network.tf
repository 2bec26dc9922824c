locals {
  subnets = toset(["public", "private-api", "private-vision", "private-database"])
  options = concat(
    var.installing ? ["installing"] : [],
    var.classic_gates ? ["classic-gates"] : [],
    var.network_cameras ? ["network-cameras"] : [],
    var.management_network != null ? ["management"] : [],
    var.managed_database ? ["managed-database"] : [],
  )
  elsewhere = { for zone, network in { devices = var.devices_network, management = var.management_network } : zone => network if network != null }
}

module "flows" {
  source   = "../flows"
  options  = local.options
  subnets  = local.subnets
  networks = local.elsewhere
}

resource "azurerm_resource_group" "site" {
  name     = var.name
  location = var.location
  tags     = var.tags
}

resource "azurerm_virtual_network" "site" {
  name                = var.name
  resource_group_name = azurerm_resource_group.site.name
  location            = azurerm_resource_group.site.location
  address_space       = [for zone in local.subnets : module.flows.prefixes[zone]]
  tags                = var.tags
}

resource "azurerm_subnet" "zone" {
  for_each             = local.subnets
  name                 = each.key
  resource_group_name  = azurerm_resource_group.site.name
  virtual_network_name = azurerm_virtual_network.site.name
  address_prefixes     = [module.flows.prefixes[each.key]]
  # Nobody gets an address on the Internet lent: what goes out goes by the NAT gateway, while installing.
  default_outbound_access_enabled = false
  service_endpoints               = each.key == "private-database" && var.managed_database ? ["Microsoft.Storage"] : []

  dynamic "delegation" {
    for_each = each.key == "private-database" && var.managed_database ? ["postgresql"] : []

    content {
      name = delegation.value

      service_delegation {
        name    = "Microsoft.DBforPostgreSQL/flexibleServers"
        actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
      }
    }
  }
}

# Two ways to the rest of the world: the edge's subnet has one, private subnets have one only while installing.
resource "azurerm_route_table" "zone" {
  for_each                      = local.subnets
  name                          = "${var.name}-${each.key}"
  resource_group_name           = azurerm_resource_group.site.name
  location                      = azurerm_resource_group.site.location
  bgp_route_propagation_enabled = each.key != "public"
  tags                          = var.tags
}

resource "azurerm_route" "outside" {
  for_each            = local.subnets
  name                = "outside"
  resource_group_name = azurerm_resource_group.site.name
  route_table_name    = azurerm_route_table.zone[each.key].name
  address_prefix      = "0.0.0.0/0"
  next_hop_type       = each.key == "public" || var.installing ? "Internet" : "None"
}

# A managed PostgreSQL archives to the platform's storage, whatever the rest of its subnet may do.
resource "azurerm_route" "storage" {
  count               = var.managed_database ? 1 : 0
  name                = "storage"
  resource_group_name = azurerm_resource_group.site.name
  route_table_name    = azurerm_route_table.zone["private-database"].name
  address_prefix      = module.flows.prefixes["platform-storage"]
  next_hop_type       = "Internet"
}

resource "azurerm_subnet_route_table_association" "zone" {
  for_each       = local.subnets
  subnet_id      = azurerm_subnet.zone[each.key].id
  route_table_id = azurerm_route_table.zone[each.key].id
}

resource "azurerm_public_ip" "edge" {
  name                = "${var.name}-edge"
  resource_group_name = azurerm_resource_group.site.name
  location            = azurerm_resource_group.site.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = var.tags
}

resource "azurerm_public_ip" "installing" {
  count               = var.installing ? 1 : 0
  name                = "${var.name}-installing"
  resource_group_name = azurerm_resource_group.site.name
  location            = azurerm_resource_group.site.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = var.tags
}

resource "azurerm_nat_gateway" "installing" {
  count               = var.installing ? 1 : 0
  name                = "${var.name}-installing"
  resource_group_name = azurerm_resource_group.site.name
  location            = azurerm_resource_group.site.location
  sku_name            = "Standard"
  tags                = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "installing" {
  count                = var.installing ? 1 : 0
  nat_gateway_id       = azurerm_nat_gateway.installing[0].id
  public_ip_address_id = azurerm_public_ip.installing[0].id
}

resource "azurerm_subnet_nat_gateway_association" "installing" {
  for_each       = var.installing ? setsubtract(local.subnets, ["public"]) : toset([])
  subnet_id      = azurerm_subnet.zone[each.key].id
  nat_gateway_id = azurerm_nat_gateway.installing[0].id
}

# One group for each subnet; its rules come from flows.json and nowhere else.
resource "azurerm_network_security_group" "zone" {
  for_each            = local.subnets
  name                = "${var.name}-${each.key}"
  resource_group_name = azurerm_resource_group.site.name
  location            = azurerm_resource_group.site.location
  tags                = var.tags
}

resource "azurerm_network_security_rule" "flow" {
  for_each                    = module.flows.rules
  name                        = each.key
  resource_group_name         = azurerm_resource_group.site.name
  network_security_group_name = azurerm_network_security_group.zone[each.value.zone].name
  description                 = each.value.why
  direction                   = each.value.direction
  access                      = each.value.access
  priority                    = each.value.priority
  protocol                    = each.value.protocol
  source_port_range           = "*"
  destination_port_range      = each.value.port
  source_address_prefix       = each.value.source
  destination_address_prefix  = each.value.destination
}

resource "azurerm_subnet_network_security_group_association" "zone" {
  for_each                  = local.subnets
  subnet_id                 = azurerm_subnet.zone[each.key].id
  network_security_group_id = azurerm_network_security_group.zone[each.key].id
}

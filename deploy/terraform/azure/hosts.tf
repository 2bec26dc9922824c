locals {
  config = "${path.module}/../../config"
  # The first four addresses of a subnet are Azure's.
  api_address      = cidrhost(module.flows.prefixes["private-api"], 4)
  database_address = cidrhost(module.flows.prefixes["private-database"], 4)
  database_host    = var.managed_database ? azurerm_postgresql_flexible_server.database[0].fqdn : local.database_address
  # Azure's certificate is one that every system trusts; a machine of our own has its own authority.
  database_trust = var.managed_database ? "sslmode=verify-full" : "sslmode=verify-full&sslrootcert=/etc/gatebook/database-ca.pem"
  database_url   = "postgresql://gatebook:${var.database_password}@${local.database_host}:5432/gatebook?${local.database_trust}"

  # The same files as on any other host, with this site's addresses.
  link        = { for part in ["edge", "vision"] : part => replace(file("${local.config}/${part}.toml"), "10.77.2.4:7443", "${local.api_address}:7443") }
  edge_config = replace(local.link.edge, "names = []", "names = ${jsonencode(var.site_names)}")
  api_config = join("\n", [
    replace(file("${local.config}/private-part.toml"), "# public_url = \"https://gate.example.org\"", "public_url = \"https://${var.site_names[0]}\""),
    "[database]",
    "url = ${jsonencode(local.database_url)}",
    "",
  ])

  data_disk = "/dev/disk/azure/scsi1/lun10"
  hosts = merge(
    {
      edge = { zone = "public", size = local.size.edge, part = "edge", address = cidrhost(module.flows.prefixes["public"], 4), config = local.edge_config, disk = false }
      api  = { zone = "private-api", size = local.size.api, part = "private-part", address = local.api_address, config = "", disk = true }
    },
    { for index in range(local.workers) : "vision${index + 1}" => { zone = "private-vision", size = local.size.vision, part = "vision", address = cidrhost(module.flows.prefixes["private-vision"], 4 + index), config = local.link.vision, disk = false } },
    { for host in(var.managed_database ? [] : ["database"]) : host => { zone = "private-database", size = local.size.database, part = "database", address = local.database_address, config = "", disk = true } },
  )
  disks = toset([for name, host in local.hosts : name if host.disk])
}

module "cloud_init" {
  for_each       = local.hosts
  source         = "../cloud-init"
  part           = each.value.part
  program_url    = var.program_url
  program_sha256 = var.program_sha256
  # The private part's holds the database's password, and what is secret cannot stand in for_each.
  config    = each.key == "api" ? local.api_config : each.value.config
  data_disk = each.value.disk ? local.data_disk : ""
  database = {
    listen   = local.database_address
    from     = module.flows.prefixes["private-api"]
    password = each.value.part == "database" ? var.database_password : ""
  }
}

resource "azurerm_network_interface" "host" {
  for_each            = local.hosts
  name                = "${var.name}-${each.key}"
  resource_group_name = azurerm_resource_group.site.name
  location            = azurerm_resource_group.site.location
  tags                = var.tags

  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.zone[each.value.zone].id
    private_ip_address_allocation = "Static"
    private_ip_address            = each.value.address
    public_ip_address_id          = each.key == "edge" ? azurerm_public_ip.edge.id : null
  }
}

resource "azurerm_linux_virtual_machine" "host" {
  for_each              = local.hosts
  name                  = "${var.name}-${each.key}"
  resource_group_name   = azurerm_resource_group.site.name
  location              = azurerm_resource_group.site.location
  size                  = each.value.size
  admin_username        = "operator"
  network_interface_ids = [azurerm_network_interface.host[each.key].id]
  custom_data           = base64encode(module.cloud_init[each.key].user_data)
  secure_boot_enabled   = true
  vtpm_enabled          = true
  tags                  = var.tags

  admin_ssh_key {
    username   = "operator"
    public_key = var.admin_public_key
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
  }

  source_image_reference {
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }

  # The doors are shut before anybody moves in.
  depends_on = [
    azurerm_network_security_rule.flow,
    azurerm_subnet_network_security_group_association.zone,
    azurerm_subnet_route_table_association.zone,
    azurerm_subnet_nat_gateway_association.installing,
    azurerm_nat_gateway_public_ip_association.installing,
  ]

  lifecycle {
    # A newer image or setup is taken when the host is replaced on purpose, not at the next apply.
    ignore_changes = [custom_data, source_image_reference]
  }
}

# What must outlive its machine: the private part's keys and pictures, the database.
resource "azurerm_managed_disk" "data" {
  for_each                      = local.disks
  name                          = "${var.name}-${each.key}-data"
  resource_group_name           = azurerm_resource_group.site.name
  location                      = azurerm_resource_group.site.location
  storage_account_type          = "StandardSSD_LRS"
  create_option                 = "Empty"
  disk_size_gb                  = local.size.disk_gb
  public_network_access_enabled = false
  network_access_policy         = "DenyAll"
  tags                          = var.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_virtual_machine_data_disk_attachment" "data" {
  for_each           = local.disks
  managed_disk_id    = azurerm_managed_disk.data[each.key].id
  virtual_machine_id = azurerm_linux_virtual_machine.host[each.key].id
  lun                = 10
  caching            = "None"
}

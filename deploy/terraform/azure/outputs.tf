output "address" {
  description = "Where people find the site."
  value       = "https://${var.site_names[0]}"
}

output "edge_address" {
  description = "Public address of the edge: point the site's names at it."
  value       = azurerm_public_ip.edge.ip_address
}

output "hosts" {
  description = "Each host's zone, private address and machine."
  value       = { for name, host in local.hosts : name => { zone = host.zone, address = host.address, machine = azurerm_linux_virtual_machine.host[name].name } }
}

output "database_host" {
  description = "Name or address of PostgreSQL."
  value       = local.database_host
}

output "next" {
  description = "What remains to be done by hand: the keys of the links are never in Terraform's state."
  value       = <<-TEXT
    ${var.managed_database ? "" : "Carry /etc/postgresql/gatebook/ca.pem of ${var.name}-database to ${var.name}-api as /etc/gatebook/database-ca.pem."}
    On ${azurerm_linux_virtual_machine.host["api"].name}: runuser -u gatebook -- gatebook node add edge --role edge --config /etc/gatebook/gatebook.toml
    and likewise for each worker (--role vision). Carry each bundle to its host as /etc/gatebook/edge.bundle or
    /etc/gatebook/vision-1.bundle, mode 0600, and start gatebook-edge.service or gatebook-vision@1.service there.
    Then apply again with installing = false.
  TEXT
}

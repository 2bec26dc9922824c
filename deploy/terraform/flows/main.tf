# The table of allowed flows as rules of Azure's network security groups. No provider: it is pure
# reckoning, so `terraform test` proves it without an account.

variable "options" {
  description = "Which options of flows.json this site chose."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for option in var.options : contains(keys(jsondecode(file("${path.module}/../../flows.json")).options), option)])
    error_message = "There is no such option: the options are the keys of \"options\" in flows.json."
  }
}

variable "subnets" {
  description = "Zones that are subnets of this network, each with the security group that gets its rules."
  type        = set(string)
  default     = ["public", "private-api", "private-vision", "private-database"]
}

variable "networks" {
  description = "Where zones are, when not where flows.json says; zones outside this network (devices, management) exist only when named here."
  type        = map(string)
  default     = {}
}

locals {
  table = jsondecode(file("${path.module}/../../flows.json"))

  # Address prefix or service tag of every zone that exists at this site.
  prefixes = merge(
    { for name, zone in local.table.zones : name => zone.azure_tag if can(zone.azure_tag) },
    { for name in var.subnets : name => lookup(var.networks, name, local.table.zones[name].network) },
    { for name, network in var.networks : name => network },
  )

  # A flow keeps its priority whichever options are chosen, so that choosing one changes no other rule.
  flows = {
    for index, flow in local.table.flows : format("%s-to-%s-%s-%d", flow.from, flow.to, flow.protocol, flow.port) => merge(flow, { priority = 100 + 10 * index })
    if(!can(flow.option) || contains(var.options, try(flow.option, ""))) && can(local.prefixes[flow.from]) && can(local.prefixes[flow.to])
  }

  # Both ends ask: a flow is let out of the zone it comes from and into the zone it goes to.
  ends = merge(
    { for key, flow in local.flows : "in-${key}" => merge(flow, { direction = "Inbound", zone = flow.to }) if contains(var.subnets, flow.to) },
    { for key, flow in local.flows : "out-${key}" => merge(flow, { direction = "Outbound", zone = flow.from }) if contains(var.subnets, flow.from) },
  )
}

output "prefixes" {
  description = "Address prefix or service tag of every zone of this site."
  value       = local.prefixes
}

output "rules" {
  description = "Every rule, by a name that is unique in the whole site."
  value = merge(
    {
      for key, flow in local.ends : key => {
        zone        = flow.zone
        direction   = flow.direction
        access      = "Allow"
        priority    = flow.priority
        protocol    = title(flow.protocol)
        source      = local.prefixes[flow.from]
        destination = local.prefixes[flow.to]
        port        = tostring(flow.port)
        why         = substr(flow.why, 0, 140)
      }
    },
    # Before Azure's own rules at 65000, which let everything pass within the network and out of it.
    {
      for pair in setproduct(var.subnets, ["Inbound", "Outbound"]) : "deny-${pair[0]}-${lower(pair[1])}" => {
        zone        = pair[0]
        direction   = pair[1]
        access      = "Deny"
        priority    = 4096
        protocol    = "*"
        source      = "*"
        destination = "*"
        port        = "*"
        why         = "whatever is not in the table of flows"
      }
    },
  )
}

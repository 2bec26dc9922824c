# First boot of one host: installs the program, its unit and its configuration. No provider:
# `terraform test` renders it and looks at what came out.

variable "part" {
  description = "serve, private-part, edge, vision, or database for a host with PostgreSQL."
  type        = string

  validation {
    condition     = contains(["serve", "private-part", "edge", "vision", "database"], var.part)
    error_message = "part is serve, private-part, edge, vision or database."
  }
}

variable "program_url" {
  description = "HTTPS address of the gatebook binary for x86-64 Linux."
  type        = string
}

variable "program_sha256" {
  description = "SHA-256 of that binary; another one is not installed."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.program_sha256))
    error_message = "program_sha256 is 64 lower-case hexadecimal digits: sha256sum target/release/gatebook"
  }
}

variable "config" {
  description = "Text of the part's configuration file; empty for a database host."
  type        = string
  default     = ""
  sensitive   = true
}

variable "data_disk" {
  description = "Device of the data disk, mounted at /var/lib/gatebook or /var/lib/postgresql; empty: no disk of its own."
  type        = string
  default     = ""
}

variable "database" {
  description = "For a database host: where it listens, who may come, and the password of the role gatebook."
  type        = object({ listen = string, from = string, password = string })
  default     = { listen = "", from = "", password = "" }
  sensitive   = true

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]*$", var.database.password))
    error_message = "The database's password stands in an address: letters, digits, - and _ only."
  }
}

locals {
  deploy = "${path.module}/../.."
  setup  = "/opt/gatebook-setup"
  target = {
    serve        = "/etc/gatebook/gatebook.toml"
    private-part = "/etc/gatebook/gatebook.toml"
    edge         = "/etc/gatebook/edge.toml"
    vision       = "/etc/gatebook/vision.toml"
    database     = ""
  }[var.part]
  # install.sh takes what belongs to the part; all units together are a few kilobytes.
  units = var.part == "database" ? [] : fileset("${local.deploy}/systemd", "**")

  files = concat(
    [for unit in local.units : { path = "${local.setup}/systemd/${unit}", mode = "0644", text = file("${local.deploy}/systemd/${unit}") }],
    [for name in fileset("${local.deploy}/config", "*.toml") : { path = "${local.setup}/config/${name}", mode = "0644", text = file("${local.deploy}/config/${name}") } if var.part != "database"],
    [for name in ["install.sh"] : { path = "${local.setup}/${name}", mode = "0755", text = file("${local.deploy}/${name}") } if var.part != "database"],
    [for text in [var.config] : { path = local.target, mode = startswith(local.target, "/etc/gatebook/gatebook") ? "0640" : "0644", text = text } if text != ""],
    [for device in [var.data_disk] : { path = "${local.setup}/data-disk.sh", mode = "0755", text = file("${path.module}/data-disk.sh") } if device != ""],
    [for part in [var.part] : { path = "${local.setup}/postgresql.sh", mode = "0700", text = file("${path.module}/postgresql.sh") } if part == "database"],
    [for part in [var.part] : { path = "${local.setup}/database-certificate.sh", mode = "0755", text = file("${local.deploy}/database-certificate.sh") } if part == "database"],
    [for part in [var.part] : { path = "${local.setup}/password", mode = "0600", text = var.database.password } if part == "database"],
  )

  service = { serve = "gatebook.service", private-part = "gatebook.service", edge = "gatebook-edge.service", vision = "gatebook-vision@1.service", database = "" }[var.part]
  mount   = var.part == "database" ? "/var/lib/postgresql" : "/var/lib/gatebook"
  commands = concat(
    var.data_disk == "" ? [] : [["${local.setup}/data-disk.sh", var.data_disk, local.mount]],
    var.part == "database" ? [["${local.setup}/postgresql.sh", var.database.listen, var.database.from, "${local.setup}/password"]] : [
      ["${local.setup}/install.sh", var.part, "--url", var.program_url, "--sha256", var.program_sha256],
      # The edge and workers wait for their bundle; a unit without it is not started, and says so.
      ["systemctl", "enable", "--now", local.service],
    ],
  )
}

output "user_data" {
  description = "The cloud-init document, to be handed over base64-encoded."
  sensitive   = true
  value = templatefile("${path.module}/user-data.yaml.tftpl", {
    files    = local.files
    commands = local.commands
  })
}

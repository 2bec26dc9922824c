variable "subscription_id" {
  description = "The Azure subscription that pays."
  type        = string
}

variable "name" {
  description = "Name of the site: part of every resource's name."
  type        = string
  default     = "gatebook"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name is 2 to 21 lower-case letters, digits and hyphens."
  }
}

variable "location" {
  description = "Azure region."
  type        = string
  default     = "westeurope"
}

variable "size" {
  description = "small, medium or large: see sizes.tf for machines and daily cost."
  type        = string
  default     = "small"

  validation {
    condition     = contains(["small", "medium", "large"], var.size)
    error_message = "size is small, medium or large."
  }
}

variable "workers" {
  description = "How many recognition workers; null: as many as the size says."
  type        = number
  default     = null
}

variable "program_url" {
  description = "HTTPS address of the gatebook binary for x86-64 Linux; hosts fetch it while installing."
  type        = string
}

variable "program_sha256" {
  description = "SHA-256 of that binary; another one is not installed."
  type        = string
}

variable "site_names" {
  description = "Names and addresses people type; the edge's certificate is made for them. The first is the site's address."
  type        = list(string)
}

variable "admin_public_key" {
  description = "SSH public key of the administrator. Azure wants one even where SSH is shut."
  type        = string
}

variable "installing" {
  description = "While hosts are set up: they may fetch program and packages, by a NAT gateway that is paid for. Then set it to false."
  type        = bool
  default     = true
}

variable "classic_gates" {
  description = "Boards of the classic profile are mounted: their ports are let in from devices_network."
  type        = bool
  default     = false
}

variable "network_cameras" {
  description = "Cameras with addresses stand in devices_network: the private part may connect to them."
  type        = bool
  default     = false
}

variable "devices_network" {
  description = "Network of controllers and camera boards, joined by VPN or peering; null: none, devices come by HTTPS through the edge."
  type        = string
  default     = null
}

variable "management_network" {
  description = "Network from which administrators come by SSH; null: no SSH, run-command instead."
  type        = string
  default     = null
}

variable "managed_database" {
  description = "true: Azure's PostgreSQL Flexible Server; false: PostgreSQL on a machine of its own."
  type        = bool
  default     = false
}

variable "database_password" {
  description = "Password of PostgreSQL's role gatebook: 24 or more letters, digits, - and _. It ends up in Terraform's state: keep that state as you keep the password."
  type        = string
  sensitive   = true

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{24,}$", var.database_password))
    error_message = "database_password is 24 or more letters, digits, - and _."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}

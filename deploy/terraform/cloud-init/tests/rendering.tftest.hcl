variables {
  program_url    = "https://example.org/gatebook"
  program_sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  config         = "[link]\napi = \"10.77.2.4:7443\"\n"
}

run "an_edge_is_installed_with_its_hash_checked" {
  command = plan
  variables {
    part = "edge"
  }

  assert {
    condition     = startswith(output.user_data, "#cloud-config\n")
    error_message = "cloud-init knows its documents by their first line."
  }
  assert {
    condition = yamldecode(output.user_data).runcmd == [
      ["/opt/gatebook-setup/install.sh", "edge", "--url", "https://example.org/gatebook", "--sha256", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
      ["systemctl", "enable", "--now", "gatebook-edge.service"],
    ]
    error_message = "The edge's commands are not what was meant."
  }
  assert {
    condition     = [for file in yamldecode(output.user_data).write_files : base64decode(file.content) if file.path == "/etc/gatebook/edge.toml"] == [var.config]
    error_message = "The configuration does not arrive as it was given."
  }
  assert {
    condition     = contains([for file in yamldecode(output.user_data).write_files : file.path], "/opt/gatebook-setup/systemd/gatebook-edge.service")
    error_message = "The unit is missing."
  }
}

run "the_private_part_mounts_its_disk_before_it_starts" {
  command = plan
  variables {
    part      = "private-part"
    data_disk = "/dev/disk/azure/scsi1/lun10"
  }

  assert {
    condition     = yamldecode(output.user_data).runcmd[0] == ["/opt/gatebook-setup/data-disk.sh", "/dev/disk/azure/scsi1/lun10", "/var/lib/gatebook"]
    error_message = "The disk comes first."
  }
  assert {
    condition     = [for file in yamldecode(output.user_data).write_files : file.permissions if file.path == "/etc/gatebook/gatebook.toml"] == ["0640"]
    error_message = "The configuration may hold the database's password: nobody else reads it."
  }
  assert {
    condition     = length(base64encode(output.user_data)) < 65536
    error_message = "Azure takes at most 64 kB of custom data."
  }
}

run "a_database_host_gets_postgresql_and_no_gatebook" {
  command = plan
  variables {
    part     = "database"
    config   = ""
    database = { listen = "10.77.4.4", from = "10.77.2.0/24", password = "a-long_secret" }
  }

  assert {
    condition     = yamldecode(output.user_data).runcmd == [["/opt/gatebook-setup/postgresql.sh", "10.77.4.4", "10.77.2.0/24", "/opt/gatebook-setup/password"]]
    error_message = "The database's commands are not what was meant."
  }
  assert {
    condition     = [for file in yamldecode(output.user_data).write_files : file.permissions if endswith(file.path, "/password")] == ["0600"]
    error_message = "The password is for root alone."
  }
}

run "a_hash_that_is_none_is_refused" {
  command = plan
  variables {
    part           = "edge"
    program_sha256 = "latest"
  }

  expect_failures = [var.program_sha256]
}

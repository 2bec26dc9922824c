run "outside_reaches_the_edge_alone" {
  command = plan

  assert {
    condition     = [for rule in output.rules : "${rule.zone}:${rule.port}" if rule.direction == "Inbound" && rule.access == "Allow" && rule.source == "Internet"] == ["public:443"]
    error_message = "From the Internet only the edge's port may be allowed."
  }
  assert {
    condition     = length([for rule in output.rules : rule if rule.direction == "Outbound" && rule.access == "Allow" && rule.destination == "Internet"]) == 0
    error_message = "Without the option installing nothing goes out to the Internet."
  }
}

run "only_the_private_part_reaches_the_database" {
  command = plan

  assert {
    condition     = [for rule in output.rules : rule.source if rule.zone == "private-database" && rule.direction == "Inbound" && rule.access == "Allow"] == ["10.77.2.0/24"]
    error_message = "The database is reached by the private part's subnet and nobody else."
  }
}

run "every_subnet_denies_the_rest_in_both_directions" {
  command = plan

  assert {
    condition     = toset([for rule in output.rules : "${rule.zone} ${rule.direction}" if rule.access == "Deny" && rule.priority == 4096 && rule.port == "*"]) == toset([for pair in setproduct(["public", "private-api", "private-vision", "private-database"], ["Inbound", "Outbound"]) : "${pair[0]} ${pair[1]}"])
    error_message = "Each subnet needs a last rule that denies, in and out."
  }
}

run "priorities_are_azures_and_unique_in_a_group" {
  command = plan

  variables {
    options  = ["classic-gates", "management", "installing", "managed-database"]
    networks = { devices = "192.168.20.0/24", management = "192.168.30.0/24" }
  }

  assert {
    condition     = alltrue([for rule in output.rules : rule.priority >= 100 && rule.priority <= 4096])
    error_message = "Azure's priorities are 100 to 4096."
  }
  assert {
    condition     = length(distinct([for rule in output.rules : "${rule.zone} ${rule.direction} ${rule.priority}"])) == length(output.rules)
    error_message = "Two rules of one group and direction share a priority."
  }
  assert {
    condition     = alltrue([for name, rule in output.rules : length(name) <= 80 && length(rule.why) <= 140])
    error_message = "A rule's name has at most 80 characters, its description 140."
  }
}

run "devices_exist_only_where_their_network_is_given" {
  command = plan

  assert {
    condition     = !anytrue([for rule in output.rules : rule.port == "1884"])
    error_message = "Without a network of devices there is nobody to let in."
  }
}

run "devices_reach_mqtt_once_their_network_is_given" {
  command = plan

  variables {
    networks = { devices = "192.168.20.0/24" }
  }

  assert {
    condition     = [for rule in output.rules : "${rule.source} ${rule.zone}" if rule.port == "1884"] == ["192.168.20.0/24 private-api"]
    error_message = "Devices' network reaches MQTT on the private part."
  }
  assert {
    condition     = !anytrue([for rule in output.rules : rule.port == "1883" || rule.port == "22"])
    error_message = "Classic boards and SSH are options."
  }
}

run "an_unknown_option_is_refused" {
  command = plan

  variables {
    options = ["everything"]
  }

  expect_failures = [var.options]
}

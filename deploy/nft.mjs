#!/usr/bin/env node
// Prints the nftables rules of a router between the zones, made from the table of allowed flows:
//   node deploy/nft.mjs [--option NAME]... [--network ZONE=CIDR]... | nft -f -
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { chosen, faults, readTable } from "./flows.mjs";

/** The rules for these options; `networks` says where zones of this site really are. */
export function ruleset(table, { options = [], networks = {} } = {}) {
  const zones = withNetworks(table.zones, networks);
  const wrong = faults({ ...table, zones });
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const ours = Object.values(zones).flatMap((zone) => zone.network ?? []);
  const rules = chosen(table, options).map((flow) => rule(zones, flow));
  return `# Made from deploy/flows.json by deploy/nft.mjs; options: ${options.join(", ") || "none"}.
table inet gatebook
delete table inet gatebook
table inet gatebook {
  set ours {
    type ipv4_addr
    flags interval
    elements = { ${ours.join(", ")} }
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    # Who claims an address of another zone is not believed.
    fib saddr . iif oif missing drop
    ct state established,related accept
    ct state invalid drop
${rules.map((line) => `    ${line}`).join("\n")}
    counter comment "denied"
  }
}
`;
}

function withNetworks(zones, networks) {
  for (const zone of Object.keys(networks)) if (!zones[zone]?.network) throw new Error(`There is no network of ${zone}`);
  return Object.fromEntries(
    Object.entries(zones).map(([name, zone]) => [name, networks[name] ? { ...zone, network: networks[name] } : zone]),
  );
}

function rule(zones, { from, to, protocol, port, why }) {
  const side = (zone, end) => `ip ${end} ${addresses(zone, zones[zone])}`;
  const comment = `${from} -> ${to}: ${why}`.replaceAll('"', "'").slice(0, 127);
  return `${side(from, "saddr")} ${side(to, "daddr")} ${protocol} dport ${port} accept comment "${comment}"`;
}

function addresses(name, { network, azure_tag }) {
  if (network) return network;
  if (azure_tag === "Internet") return "!= @ours";
  throw new Error(`Only Azure knows the addresses of ${name}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const several = { type: "string", multiple: true, default: [] };
  const { values } = parseArgs({ options: { option: several, network: several } });
  const networks = Object.fromEntries(values.network.map((pair) => pair.split("=", 2)));
  process.stdout.write(ruleset(readTable(), { options: values.option, networks }));
}

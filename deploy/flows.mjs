// The table of allowed flows (flows.json), read and asked.
import { readFileSync } from "node:fs";

const file = new URL("flows.json", import.meta.url);

/** The table as it is written: `zones`, `options`, `flows`. */
export function readTable(from = file) {
  return JSON.parse(readFileSync(from, "utf8"));
}

/** What is wrong with a table, one sentence each; nothing when it is right. */
export function faults({ zones, options, flows }) {
  const found = [];
  for (const [name, zone] of Object.entries(zones)) {
    if (!zone.network === !zone.azure_tag) found.push(`zone ${name} needs either a network or an azure_tag`);
    if (zone.network && !network(zone.network)) found.push(`zone ${name}: ${zone.network} is no network`);
  }
  const seen = new Set();
  for (const flow of flows) {
    const { from, to, protocol, port, why, option } = flow;
    const called = `${from} -> ${to} ${protocol}/${port}`;
    for (const zone of [from, to]) if (!zones[zone]) found.push(`${called}: there is no zone ${zone}`);
    if (!["tcp", "udp"].includes(protocol)) found.push(`${called}: the protocol is tcp or udp`);
    if (!Number.isInteger(port) || port < 1 || port > 65535) found.push(`${called}: a port is 1 to 65535`);
    if (!why) found.push(`${called}: nobody knows why`);
    if (option !== undefined && !options[option]) found.push(`${called}: there is no option ${option}`);
    if (seen.has(called)) found.push(`${called} stands there twice`);
    seen.add(called);
  }
  const used = new Set(flows.map((flow) => flow.option));
  for (const option of Object.keys(options)) if (!used.has(option)) found.push(`option ${option} allows nothing`);
  return [...found, ...overlaps(zones)];
}

/** The flows of a site that chose these options; without an option a flow is always allowed. */
export function chosen({ options, flows }, wanted) {
  for (const option of wanted) {
    if (!options[option]) throw new Error(`There is no option ${option}; there are ${Object.keys(options).join(", ")}`);
  }
  return flows.filter((flow) => flow.option === undefined || wanted.includes(flow.option));
}

/** First and last address of an IPv4 network in CIDR notation, as numbers. */
export function network(text) {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.slice(0, 4).some((octet) => octet > 255) || parts[4] > 32) return undefined;
  const first = parts.slice(0, 4).reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - parts[4]);
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

function overlaps(zones) {
  const known = Object.entries(zones)
    .map(([name, zone]) => [name, zone.network && network(zone.network)])
    .filter(([, found]) => found)
    .sort(([, a], [, b]) => a.first - b.first);
  return known
    .slice(1)
    .flatMap(([name, its], before) => (its.first <= known[before][1].last ? [`zones ${known[before][0]} and ${name} overlap`] : []));
}

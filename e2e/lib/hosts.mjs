// The hosts of the network test: namespaces that scripts/net-test.sh made.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { run } from "./run.mjs";

const prefix = process.env.NETNS_PREFIX;

/** Name of each host, with its zone in deploy/flows.json and its address. */
export const hosts = JSON.parse(readFileSync(new URL("../net/hosts.json", import.meta.url), "utf8"));

/** The words that run a program on a host. */
export function on(host) {
  if (!prefix) throw new Error("There are no hosts: scripts/net-test.sh makes them");
  return ["ip", "netns", "exec", `${prefix}-${host}`];
}

/** Runs a tool on a host to its end; what it printed. */
export function runOn(host, tool, words, options) {
  const [first, ...rest] = on(host);
  return run(first, [...rest, tool, ...words], options);
}

/** Starts a program on a host; it ends with the test. */
export function startOn(host, program, words, options = {}) {
  const [first, ...rest] = on(host);
  return spawn(first, [...rest, program, ...words], { stdio: ["ignore", "pipe", "pipe"], ...options });
}

/** Ends what `startOn` started, and waits for its end. */
export async function end(child, signal = "SIGTERM") {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Whom a host was reached by since the last `forgetArrivals`: `"from protocol/port"`, in order. */
export async function arrivals(host) {
  const listed = JSON.parse(await runOn(host, "nft", ["-j", "list", "set", "inet", "arrivals", "tried"]));
  const set = listed.nftables.find((item) => item.set).set;
  const named = new Map(Object.entries(hosts).map(([name, { address }]) => [address, name]));
  return (set.elem ?? [])
    .map(({ concat: [address, protocol, port] }) => `${named.get(address) ?? address} ${protocol}/${port}`)
    .sort();
}

/** Begins to note arrivals anew on every host. */
export async function forgetArrivals() {
  for (const host of Object.keys(hosts)) await runOn(host, "nft", ["flush", "set", "inet", "arrivals", "tried"]);
}

/** Knocks at ports of other hosts; `"host protocol/port"` of those that answered as open, in order. */
export async function knock(from, targets, ports, { protocols = ["tcp"] } = {}) {
  const kinds = protocols.map((protocol) => (protocol === "tcp" ? "-sS" : "-sU"));
  const asked = protocols.map((protocol) => `${protocol === "tcp" ? "T" : "U"}:${ports}`).join(",");
  const haste = ["--min-rate", "20000", "--max-retries", protocols.includes("udp") ? "0" : "1", "--max-rtt-timeout", "200ms"];
  const addresses = targets.map((name) => hosts[name].address);
  const listed = await runOn(from, "nmap", ["-n", "-Pn", ...kinds, "-p", asked, ...haste, "-oG", "-", ...addresses]);
  return targets.flatMap((name) => openPorts(listed, name)).sort();
}

function openPorts(listed, name) {
  const line = listed.split("\n").find((text) => text.startsWith(`Host: ${hosts[name].address} `) && text.includes("Ports:"));
  return [...(line ?? "").matchAll(/(\d+)\/open\/(tcp|udp)/g)].map(([, port, protocol]) => `${name} ${protocol}/${port}`);
}

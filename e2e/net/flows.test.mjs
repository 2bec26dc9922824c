// The firewall made from deploy/flows.json lets through what the table says and nothing else. Every
// host listens on every port of the table, so that only the firewall can be what stops somebody.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { chosen, readTable } from "../../deploy/flows.mjs";
import { arrivals, end, forgetArrivals, hosts, knock, runOn, startOn } from "../lib/hosts.mjs";

const listener = fileURLToPath(new URL("listener.mjs", import.meta.url));
const flows = chosen(readTable(), ["classic-gates"]);
const names = Object.keys(hosts);
// Ports that the house or its surroundings use somewhere, allowed or not.
const ports = [...new Set([...readTable().flows.map((flow) => flow.port), 53, 8080, 8443])];

describe("the network between the hosts", { timeout: 600_000 }, () => {
  const listeners = [];

  before(async () => {
    for (const host of names) {
      const child = startOn(host, process.execPath, [listener, ...ports]);
      listeners.push(child);
      child.stderr.pipe(process.stderr);
      await once(child.stdout, "data");
    }
  });

  after(() => Promise.all(listeners.map((child) => end(child))));

  it("carries each flow of the table from every host of its zone, and no other", async () => {
    await forgetArrivals();
    const answered = [];
    for (const from of names) {
      const others = names.filter((name) => name !== from);
      const found = await knock(from, others, ports.join(","), { protocols: ["tcp", "udp"] });
      answered.push(...found.map((what) => `${from} -> ${what}`));
    }
    assert.deepEqual(answered.sort(), names.flatMap((from) => allowed(from)).sort());
    for (const host of names) {
      assert.deepEqual(await arrivals(host), names.flatMap((from) => allowedAt(from, host)).sort(), `what arrived at ${host}`);
    }
  });

  it("shows outside the edge's one port among all ports of all hosts, and lets nothing else arrive", async () => {
    await forgetArrivals();
    const inner = names.filter((name) => name !== "outside");
    assert.deepEqual(await knock("outside", inner, "1-65535"), ["edge tcp/443"]);
    await knock("outside", inner, "1-65535", { protocols: ["udp"] });
    for (const host of inner) {
      assert.deepEqual(await arrivals(host), host === "edge" ? ["outside tcp/443"] : [], `what arrived at ${host}`);
    }
  });

  it("carries nothing with a forged address of another zone", async () => {
    await forgetArrivals();
    // Outside calls itself the edge, and knocks where only the edge may.
    await runOn("outside", "ip", ["address", "add", `${hosts.edge.address}/32`, "dev", "lo"]);
    const call = `require("net").connect({ host: "${hosts.api.address}", port: 7443, localAddress: "${hosts.edge.address}" })`;
    await runOn("outside", process.execPath, ["-e", `${call}.on("error", () => {}).setTimeout(500, process.exit)`]);
    await runOn("outside", "ip", ["address", "del", `${hosts.edge.address}/32`, "dev", "lo"]);
    assert.deepEqual(await arrivals("api"), []);
  });
});

function allowed(from) {
  return names.flatMap((to) => allowedAt(from, to).map((what) => `${from} -> ${what.replace(from, to)}`));
}

/** What may arrive at a host from another: `"from protocol/port"`. */
function allowedAt(from, to) {
  const between = flows.filter((flow) => flow.from === hosts[from].zone && flow.to === hosts[to].zone);
  return from === to ? [] : between.map((flow) => `${from} ${flow.protocol}/${flow.port}`);
}

// The table of allowed flows is right in itself, and the router's rules say the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chosen, faults, readTable } from "../flows.mjs";
import { ruleset } from "../nft.mjs";

const table = readTable();

describe("the table of allowed flows", () => {
  it("names zones, options and ports that exist, each flow once", () => assert.deepEqual(faults(table), []));

  it("would be refused with a flow to nowhere, a port that is none, or networks that overlap", () => {
    const wrong = structuredClone(table);
    wrong.flows.push({ from: "public", to: "nowhere", protocol: "tcp", port: 70000, why: "a mistake" });
    wrong.zones.devices.network = "10.77.4.128/25";
    assert.equal(faults(wrong).length, 3);
  });

  it("lets outside reach the edge's one port and nothing else", () => {
    const inward = table.flows.filter((flow) => flow.from === "outside");
    assert.deepEqual(inward.map((flow) => `${flow.to} ${flow.port}`), ["public 443"]);
  });

  it("lets only the edge and workers reach the private part's link, and only the private part the database", () => {
    const to = (port) => table.flows.filter((flow) => flow.port === port).map((flow) => `${flow.from} -> ${flow.to}`);
    assert.deepEqual(to(7443), ["public -> private-api", "private-vision -> private-api"]);
    assert.deepEqual(to(5432), ["private-api -> private-database"]);
  });

  it("allows no administration and no way out unless chosen", () => {
    const plain = chosen(table, []);
    assert.deepEqual(plain.filter((flow) => flow.port === 22 || flow.to === "outside" || flow.from === "management"), []);
  });

  it("becomes one rule for each flow, in a chain that drops", () => {
    for (const options of [[], ["classic-gates"], ["classic-gates", "management", "installing"]]) {
      const rules = ruleset(table, { options });
      assert.equal(rules.match(/ accept comment /g).length, chosen(table, options).length);
      assert.match(rules, /hook forward priority filter; policy drop;/);
    }
  });

  it("follows a zone to where it is at this site", () => {
    const rules = ruleset(table, { networks: { devices: "192.168.20.0/24" } });
    assert.match(rules, /ip saddr 192\.168\.20\.0\/24 ip daddr 10\.77\.2\.0\/24 tcp dport 1884 accept/);
    assert.throws(() => ruleset(table, { networks: { devices: "10.77.2.0/24" } }), /overlap/);
  });
});

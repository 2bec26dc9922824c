// The compose file agrees with the table of flows: containers of different zones share a network only
// where a flow joins them, and only what the table lets in is published.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { readTable } from "../flows.mjs";

const folder = new URL("../container/", import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), "utf8");
const { services, networks, volumes, secrets } = parse(read("compose.yaml"), { merge: true });
const { zones, flows } = readTable();
const zone = (service) => service.labels["gatebook.zone"];
const own = Object.entries(services).filter(([, service]) => service.image.includes("GATEBOOK_IMAGE"));
const joined = (a, b) => flows.some(({ from, to }) => (from === a && to === b) || (from === b && to === a));

describe("the compose file", () => {
  it("has every container in a zone of the table", () => {
    assert.deepEqual(Object.values(services).map(zone).filter((name) => !zones[name]), []);
  });

  it("lets containers of different zones meet only where the table has a flow", () => {
    const pairs = Object.keys(services).flatMap((a, at) => Object.keys(services).slice(at + 1).map((b) => [a, b]));
    const meet = ([a, b]) => services[a].networks.some((network) => services[b].networks.includes(network));
    const apart = pairs.filter(([a, b]) => meet([a, b]) && zone(services[a]) !== zone(services[b]) && !joined(zone(services[a]), zone(services[b])));
    assert.deepEqual(apart, []);
    const missed = flows.filter((flow) => {
      const at = (name) => Object.keys(services).filter((service) => zone(services[service]) === name);
      const both = at(flow.from).flatMap((a) => at(flow.to).map((b) => [a, b]));
      return both.some((pair) => !meet(pair));
    });
    assert.deepEqual(missed.filter(({ from }) => from !== "devices"), [], "a flow that no network carries");
  });

  it("publishes only what the table lets outside and devices reach", () => {
    for (const [name, service] of Object.entries(services)) {
      const reached = flows.filter((flow) => flow.to === zone(service) && ["outside", "devices"].includes(flow.from));
      const from = (port) => reached.filter((flow) => flow.port === Number(port)).map((flow) => flow.from);
      for (const port of service.ports ?? []) {
        const [, address, published] = /^(\$\{[^}]+\}:)?(\d+):\d+$/.exec(port);
        if (zone(service) === "devices") continue;
        assert.notDeepEqual(from(published), [], `${name}: nobody may reach ${published}`);
        if (!from(published).includes("outside")) assert.match(address ?? "", /DEVICES_ADDRESS/, `${name}: ${port} is for devices alone`);
      }
    }
  });

  it("has no way out for anything: networks are internal, or do not masquerade", () => {
    for (const [name, network] of Object.entries(networks)) {
      const masquerade = network.driver_opts?.["com.docker.network.bridge.enable_ip_masquerade"];
      assert.ok(network.internal === true || masquerade === "false", name);
    }
    for (const [name, service] of Object.entries(services)) {
      if (["private-vision", "private-database"].includes(zone(service))) {
        assert.ok(service.networks.every((network) => networks[network].internal), `${name} is on a network of its own`);
        assert.equal(service.ports, undefined);
      }
    }
  });

  it("runs everything read-only, without capabilities that it does not name, and never as root by itself", () => {
    for (const [name, service] of Object.entries(services)) {
      assert.equal(service.read_only, true, name);
      assert.deepEqual(service.cap_drop, ["ALL"], name);
      assert.ok(service.security_opt.includes("no-new-privileges:true"), name);
      assert.equal(service.privileged, undefined);
    }
    assert.match(read("Containerfile"), /^USER 10001:10001$/m);
  });

  it("names networks, volumes and secrets that are declared, and uses all of them", () => {
    const all = Object.values(services);
    const used = (list) => [...new Set(list)].sort();
    assert.deepEqual(used(all.flatMap((service) => service.networks)), Object.keys(networks).sort());
    assert.deepEqual(used(all.flatMap((service) => service.secrets ?? [])), Object.keys(secrets).sort());
    const mounted = all.flatMap((service) => service.volumes ?? []).map((volume) => volume.split(":")[0]);
    assert.deepEqual(used(mounted.filter((source) => !source.startsWith("."))), Object.keys(volumes).sort());
    for (const source of mounted.filter((one) => one.startsWith("."))) assert.ok(existsSync(new URL(source, folder)), source);
  });

  it("has each secret made by prepare.sh", () => {
    const script = read("prepare.sh");
    const made = (name) => script.includes(`keep ${name}`) || (name.endsWith(".bundle") && script.includes(` ${name.replace(".bundle", "")}:`)) || script.includes(`in ${name.replace(".bundle", "")}:`);
    assert.deepEqual(Object.keys(secrets).filter((name) => !made(name)), []);
  });

  it("runs each part with the words that the units run it with", () => {
    const unit = (name) => readFileSync(new URL(`../systemd/${name}`, import.meta.url), "utf8");
    const part = (text) => /^ExecStart=\S+ (\w+(?: --no-pages)?)/m.exec(text)[1];
    const known = ["gatebook.service.d/private-part.conf", "gatebook-edge.service", "gatebook-vision@.service"].map((name) => part(unit(name)));
    for (const [name, service] of own) {
      const words = service.command.slice(0, 2).join(" ");
      assert.ok(known.some((start) => words.startsWith(start)), `${name} runs ${words}`);
    }
  });
});

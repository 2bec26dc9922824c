// The Terraform, as far as it can be proved without Azure: what its files refer to exists, arguments are
// the provider's, and a plan with stand-ins for Azure's resources gives the machines and rules that were meant.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { chosen, readTable } from "../flows.mjs";
import { blocks, code, header, inside, items, references } from "./hcl.mjs";
import { translate } from "./stand-in.mjs";

const deploy = fileURLToPath(new URL("..", import.meta.url));
const folders = ["flows", "cloud-init", "azure"].map((name) => path.join(deploy, "terraform", name));
const terraform = spawnSync("terraform", ["version"]).status === 0;
const skip = terraform ? false : "terraform is not installed here";

describe("the Terraform files", () => {
  for (const folder of folders) {
    it(`of ${path.basename(folder)} refer to what exists, and everything declared is used`, () => {
      const all = blocks(folder);
      const text = all.map(({ body }) => body).join("\n");
      const names = (kind) => all.filter((block) => block.kind === kind).map((block) => block.labels[0]);
      const locals = all.filter((block) => block.kind === "locals").flatMap((block) => items(block.body).map((item) => header(item).kind));
      assert.deepEqual([...new Set(references(text, "var"))].sort(), names("variable").sort());
      assert.deepEqual([...new Set(references(text, "local"))].sort(), locals.sort());
      assert.deepEqual([...new Set(references(text, "module"))].sort(), names("module").sort());
      const resources = all.filter((block) => block.kind === "resource").map((block) => block.labels.join("."));
      const named = [...code(text).matchAll(/\bazurerm_\w+\.\w+/g)].map(([name]) => name);
      assert.deepEqual(named.filter((name) => !resources.includes(name)), []);
    });
  }

  it("ask modules for outputs that they have and give them variables that they know", () => {
    const azure = blocks(folders[2]);
    for (const { body } of azure.filter((block) => block.kind === "module")) {
      const from = path.join(folders[2], /source\s*=\s*"([^"]+)"/.exec(body)[1]);
      const variables = blocks(from).filter((block) => block.kind === "variable").map((block) => block.labels[0]);
      const given = items(body).map((item) => header(item).kind);
      assert.deepEqual(given.filter((name) => !["source", "for_each", ...variables].includes(name)), []);
    }
    const outputs = blocks(folders[0]).filter((block) => block.kind === "output").map((block) => block.labels[0]);
    const asked = references(azure.map(({ body }) => body).join("\n"), "module\\.flows");
    assert.deepEqual(asked.filter((name) => !outputs.includes(name)), []);
  });

  it("give each resource the arguments that the provider knows, and those it requires", () => {
    const known = JSON.parse(readFileSync(new URL("azurerm-arguments.json", import.meta.url), "utf8"));
    for (const { kind, labels, body } of blocks(folders[2])) {
      if (kind === "resource") assert.deepEqual(strangers(items(body), known[labels[0]], labels.join(".")), []);
    }
  });

  it("are formatted", { skip }, () => {
    const { status, stdout } = run(["fmt", "-check", "-recursive"], path.join(deploy, "terraform"));
    assert.equal(status, 0, stdout);
  });

  for (const folder of folders.slice(0, 2)) {
    it(`of ${path.basename(folder)} pass Terraform's own tests`, { skip }, () => {
      run(["init", "-backend=false"], folder);
      const { status, stdout, stderr } = run(["test", "-no-color"], folder);
      assert.equal(status, 0, stdout + stderr);
    });
  }
});

const meta = ["for_each", "count", "depends_on", "lifecycle", "content"];

function strangers(body, known, where) {
  if (!known) return [`${where}: azurerm-arguments.json does not list it`];
  const names = body.map((item) => [item, header(item)]).filter(([, { kind }]) => !meta.includes(kind));
  const given = names.map(([, { kind, labels }]) => (kind === "dynamic" ? labels[0] : kind));
  const missing = Object.keys(known).filter((name) => name.endsWith("!") && !given.includes(name.slice(0, -1)));
  const wrong = names.flatMap(([item, { kind, labels, argument }], at) => {
    const its = known[given[at]] ?? known[`${given[at]}!`];
    if (!its) return [`${where}: there is no ${given[at]}`];
    if (argument) return typeof its === "object" ? [`${where}: ${kind} is a block`] : [];
    const content = kind === "dynamic" ? items(inside(item)).find((part) => header(part).kind === "content") : item;
    return typeof its === "object" ? strangers(items(inside(content)), its, `${where}.${given[at]}`) : [`${where}: ${labels[0] ?? kind} is no block`];
  });
  return [...missing.map((name) => `${where}: ${name} is missing`), ...wrong];
}

describe("a plan for Azure, with stand-ins for its resources", { skip }, () => {
  let folder;

  before(() => {
    const root = mkdtempSync(path.join(os.tmpdir(), "gatebook-plan-"));
    for (const name of ["flows.json", "systemd", "config", "install.sh", "database-certificate.sh", "terraform/flows", "terraform/cloud-init"]) {
      cpSync(path.join(deploy, name), path.join(root, name), { recursive: true });
    }
    folder = path.join(root, "terraform/azure");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "main.tf"), blocks(folders[2]).map(translate).join("\n"));
    const { status, stdout, stderr } = run(["init", "-backend=false", "-no-color"], folder);
    assert.equal(status, 0, stdout + stderr);
  });

  after(() => rmSync(path.resolve(folder, "../.."), { recursive: true, force: true }));

  it("has the machines of each size, and more workers where asked for", () => {
    const machines = (settings) => Object.keys(of(plan(folder, settings), "azurerm_linux_virtual_machine")).sort();
    assert.deepEqual(machines({}), ["api", "database", "edge", "vision1"]);
    assert.deepEqual(machines({ size: "medium" }), ["api", "database", "edge", "vision1", "vision2"]);
    assert.deepEqual(machines({ size: "large", managed_database: true }), ["api", "edge", "vision1", "vision2", "vision3"]);
    assert.deepEqual(machines({ workers: 4 }).length, 7);
  });

  it("gives the edge alone a public address", () => {
    const cards = of(plan(folder, { installing: false }), "azurerm_network_interface");
    const open = Object.entries(cards).filter(([, card]) => !("public_ip_address_id" in card.ip_configuration) || card.ip_configuration.public_ip_address_id);
    // Azure tells the address's id later: it is the one that the plan leaves open.
    assert.deepEqual(open.map(([host]) => host), ["edge"]);
  });

  it("has exactly the rules of the table of flows", () => {
    const everything = { classic_gates: true, network_cameras: true, devices_network: "192.168.20.0/24", management_network: "192.168.30.0/24", installing: true };
    for (const [settings, options, elsewhere] of [
      [{ installing: false }, [], []],
      [everything, ["classic-gates", "network-cameras", "management", "installing"], ["devices", "management"]],
    ]) {
      const rules = Object.values(of(plan(folder, settings), "azurerm_network_security_rule")).filter((rule) => rule.access === "Allow");
      assert.deepEqual(rules.map(told).sort(), wanted(options, elsewhere).sort());
    }
  });

  it("leaves private subnets no way out once installed", () => {
    const routes = of(plan(folder, { installing: false }), "azurerm_route");
    assert.deepEqual(Object.entries(routes).filter(([, route]) => route.next_hop_type !== "None").map(([zone]) => zone), ["public"]);
    assert.deepEqual(of(plan(folder, { installing: false }), "azurerm_nat_gateway"), {});
  });

  it("hands each machine a first boot that is YAML, with this site's addresses and the binary's hash", () => {
    const machines = of(plan(folder, {}), "azurerm_linux_virtual_machine");
    for (const [host, machine] of Object.entries(machines)) {
      assert.ok(machine.custom_data.length < 65536, `${host}: Azure takes 64 kB`);
      const boot = parse(Buffer.from(machine.custom_data, "base64").toString());
      const files = Object.fromEntries(boot.write_files.map((file) => [file.path, Buffer.from(file.content, "base64").toString()]));
      for (const [program] of boot.runcmd) {
        const there = files[program] || program === "systemctl";
        assert.ok(there, `${host}: ${program} is run and was not written`);
      }
      if (host === "edge") assert.match(files["/etc/gatebook/edge.toml"], /names = \["gate\.example\.org"\][\s\S]*api = "10\.77\.2\.4:7443"/);
      if (host === "api") assert.match(files["/etc/gatebook/gatebook.toml"], /url = "postgresql:\/\/gatebook:a{24}@10\.77\.4\.4:5432/);
      if (host !== "database") assert.ok(boot.runcmd.flat().includes("f".repeat(64)));
    }
  });

  it("keeps the database's password from every machine but the private part and the database", () => {
    const machines = of(plan(folder, {}), "azurerm_linux_virtual_machine");
    const boot = (host) => parse(Buffer.from(machines[host].custom_data, "base64").toString());
    const holds = (host) => boot(host).write_files.some((file) => Buffer.from(file.content, "base64").toString().includes("a".repeat(24)));
    assert.deepEqual(Object.keys(machines).filter(holds).sort(), ["api", "database"]);
  });
});

function run(words, cwd) {
  return spawnSync("terraform", words, { cwd, encoding: "utf8", env: { ...process.env, TF_CLI_CONFIG_FILE: "/dev/null", TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" } });
}

function plan(folder, settings) {
  const site = {
    subscription_id: "00000000-0000-0000-0000-000000000000",
    program_url: "https://example.org/gatebook",
    program_sha256: "f".repeat(64),
    site_names: ["gate.example.org"],
    admin_public_key: "ssh-ed25519 AAAA operator",
    database_password: "a".repeat(24),
  };
  writeFileSync(path.join(folder, "site.auto.tfvars.json"), JSON.stringify({ ...site, ...settings }));
  const { status, stdout, stderr } = run(["plan", "-no-color", "-input=false", "-out=plan"], folder);
  assert.equal(status, 0, stdout + stderr);
  return JSON.parse(run(["show", "-json", "plan"], folder).stdout).planned_values.root_module.resources;
}

/** The planned resources of one type, by their key. */
function of(resources, type) {
  const found = resources.map((one) => [new RegExp(`^terraform_data\\.${type}_[a-z]+\\["([^"]+)"\\]$`).exec(one.address)?.[1], one.values.input]);
  return Object.fromEntries(found.filter(([key]) => key));
}

function told(rule) {
  const ends = `${rule.source_address_prefix} -> ${rule.destination_address_prefix}`;
  return `${rule.network_security_group_name} ${rule.direction} ${ends} ${rule.protocol}/${rule.destination_port_range}`;
}

/** The table of flows in the words of `told`, both ends of each flow. */
function wanted(options, elsewhere) {
  const { zones } = readTable();
  const ours = ["public", "private-api", "private-vision", "private-database"];
  const networks = { devices: "192.168.20.0/24", management: "192.168.30.0/24" };
  const prefix = (zone) => zones[zone].azure_tag ?? networks[zone] ?? zones[zone].network;
  const there = (zone) => ours.includes(zone) || elsewhere.includes(zone) || zones[zone].azure_tag;
  return chosen(readTable(), options)
    .filter(({ from, to }) => there(from) && there(to))
    .flatMap(({ from, to, protocol, port }) => {
      const what = `${prefix(from)} -> ${prefix(to)} ${protocol === "tcp" ? "Tcp" : "Udp"}/${port}`;
      const ends = [[to, "Inbound"], [from, "Outbound"]].filter(([zone]) => ours.includes(zone));
      return ends.map(([zone, direction]) => `gatebook-${zone} ${direction} ${what}`);
    });
}

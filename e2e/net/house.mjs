// The whole house, each part on a host of its own: PostgreSQL, private part, two workers, edge.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { end, hosts, runOn, startOn } from "../lib/hosts.mjs";
import { binary, root } from "../lib/paths.mjs";
import { Ended, eventually } from "../lib/wait.mjs";
import { Database } from "./database.mjs";

const link = `${hosts.api.address}:7443`;
const address = `https://${hosts.edge.address}`;
// What all parts said, for when something went wrong.
const journal = path.join(root, "target/test-logs/net-house.log");
const health = "http://127.0.0.1:8080";

export class House {
  address = address;
  parts = {};
  output = "";

  static async start() {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: make build`);
    const house = new House();
    house.folder = await mkdtemp(path.join(os.tmpdir(), "gatebook-net-"));
    try {
      house.database = await Database.start();
      await house.#bundles();
      await house.startApi();
      await Promise.all([house.startWorker("vision1"), house.startWorker("vision2"), house.startEdge()]);
    } catch (error) {
      await house.stop();
      throw new Error(`${error.message}\n${house.journal()}`);
    }
    return house;
  }

  /** Allows the other hosts; their bundles are all that is carried to them. */
  async #bundles() {
    for (const [name, role] of [["edge", "edge"], ["vision1", "vision"], ["vision2", "vision"]]) {
      await this.#command("node", "add", name, "--role", role, "--out", this.#file(`${name}.bundle`));
    }
  }

  #command(...words) {
    return runOn("api", binary, [...words, "--data-dir", this.#file("api")], { env: surroundings(), cwd: this.folder });
  }

  #file(name) {
    return path.join(this.folder, name);
  }

  async startApi() {
    const listen = ["--listen", "127.0.0.1:8080", "--link", "0.0.0.0:7443", "--mqtt", "0.0.0.0:1884"];
    const classic = ["--classic-mqtt", "0.0.0.0:1883", "--classic-http", "0.0.0.0:5000"];
    // The private part looks at no images: workers do.
    const settings = [`http.public_url=${address}`, `database.url=${this.database.url}`, "vision.threads=0"].flatMap((pair) => ["--set", pair]);
    this.#start("api", ["serve", "--no-pages", "--data-dir", this.#file("api"), ...listen, ...classic, ...settings]);
    await this.#answers("api", `${health}/readyz`);
  }

  async startEdge() {
    this.#start("edge", ["edge", "--data-dir", this.#file("edge"), "--listen", "0.0.0.0:443", "--api", link, "--bundle", this.#file("edge.bundle")]);
    await this.#answers("edge", "https://127.0.0.1/readyz");
  }

  async startWorker(name) {
    this.#start(name, ["vision", "--api", link, "--bundle", this.#file(`${name}.bundle`), "--threads", "1"]);
    await eventually(`${name} works`, () => {
      this.#mustRun(name);
      return this.output.includes(`${name}| A recognition worker`);
    });
  }

  #start(host, words) {
    const child = startOn(host, binary, words, { env: surroundings(), cwd: this.folder });
    this.parts[host] = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.output += text.replace(/^(?=.)/gm, `${host}| `)));
    }
  }

  #answers(host, url) {
    const ask = () => {
      this.#mustRun(host);
      return runOn(host, "curl", ["--silent", "--fail", "--insecure", "--max-time", "5", url]);
    };
    return eventually(`${host} is ready`, ask, { within: 60_000 });
  }

  #mustRun(host) {
    const code = this.parts[host].exitCode;
    if (code !== null) throw new Ended(`${host} ended with ${code}:\n${this.journal()}`);
  }

  /** The one-time link that the private part prints at its first start. */
  oneTimeLink() {
    return eventually("the one-time link is printed", () => this.output.match(/https:\/\/\S+\/welcome#token=\S+/)?.[0]);
  }

  /** As if the power of a host had failed. */
  kill(host) {
    return end(this.parts[host], "SIGKILL");
  }

  async stop() {
    for (const host of ["edge", "vision1", "vision2", "api"]) await end(this.parts[host]);
    await this.database?.stop();
    await mkdir(path.dirname(journal), { recursive: true });
    await writeFile(journal, this.output);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The rest of what the parts printed, to be shown when a test fails. */
  journal() {
    return this.output.split("\n").slice(-40).join("\n");
  }
}

/** The environment without settings of a Gatebook that somebody runs on this machine. */
function surroundings() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GATEBOOK_"));
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}

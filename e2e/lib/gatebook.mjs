// The built binary, running on a data directory of its own.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { once } from "node:events";
import os from "node:os";
import path from "node:path";
import { binary } from "./paths.mjs";
import { Ended, eventually, freePorts } from "./wait.mjs";

export class Gatebook {
  /** A new site on a fresh data directory; `stop` removes it. */
  static start() {
    return Gatebook.#started(["serve"]);
  }

  /** The demo site with its simulated gates. */
  static demo() {
    return Gatebook.#started(["demo", "--keep"]);
  }

  static async #started(words) {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: make build`);
    const dataDir = await mkdtemp(path.join(os.tmpdir(), "gatebook-e2e-"));
    const [http, mqtt, classicMqtt, classicHttp] = await freePorts(4);
    const gatebook = new Gatebook(words, dataDir, { http, mqtt, classicMqtt, classicHttp });
    await gatebook.run();
    return gatebook;
  }

  constructor(words, dataDir, ports) {
    this.words = words;
    this.dataDir = dataDir;
    this.ports = ports;
    this.address = `http://localhost:${ports.http}`;
    this.output = "";
  }

  /** Starts the server, again on the same data and ports, and waits until it is ready. */
  async run() {
    const { http, mqtt, classicMqtt, classicHttp } = this.ports;
    const listen = ["--listen", `127.0.0.1:${http}`, "--mqtt", `127.0.0.1:${mqtt}`];
    const classic = ["--classic-mqtt", `127.0.0.1:${classicMqtt}`, "--classic-http", `127.0.0.1:${classicHttp}`];
    this.process = spawn(binary, [...this.words, "--data-dir", this.dataDir, ...listen, ...classic], {
      stdio: ["ignore", "pipe", "pipe"],
      env: surroundings(),
      cwd: this.dataDir,
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.output += text));
    }
    await eventually("Gatebook is ready", () => this.#ready(), { within: 60_000 });
  }

  async #ready() {
    if (this.process.exitCode !== null) throw new Ended(`it ended with ${this.process.exitCode}:\n${this.output}`);
    return (await fetch(`http://127.0.0.1:${this.ports.http}/readyz`)).ok;
  }

  /** The one-time link that the first start prints. */
  oneTimeLink() {
    return eventually("the one-time link is printed", () => this.output.match(/https?:\/\/\S+\/welcome#token=\S+/)?.[0], {
      // The demo prints it once its people are enrolled.
      within: 120_000,
    });
  }

  /** As if the power had failed. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** Stops it as an operator does, and removes its data. */
  async stop() {
    const code = await this.#end("SIGTERM");
    await rm(this.dataDir, { recursive: true, force: true });
    return code;
  }

  async #end(signal) {
    const child = this.process;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  }

  /** Runs another command of the binary on the same data: its exit code and what it printed. */
  async command(...words) {
    const child = spawn(binary, [...words, "--data-dir", this.dataDir], {
      stdio: ["ignore", "pipe", "pipe"],
      env: surroundings(),
      cwd: this.dataDir,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
    const [code] = await once(child, "close");
    return { code, output };
  }

  /** The rest of what was printed, to be shown when a test fails. */
  journal() {
    return this.output.split("\n").slice(-40).join("\n");
  }
}

/** The environment without settings of a Gatebook that somebody runs on this machine. */
function surroundings() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GATEBOOK_"));
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}

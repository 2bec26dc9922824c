// A site on a data directory of its own: the built binary, in one process or (GATEBOOK_TOPOLOGY=hosts)
// as private part, edge and recognition worker; on SQLite or (GATEBOOK_TEST_POSTGRES) on PostgreSQL.
// Tests need not know which.
import { mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { newDatabase } from "./database.mjs";
import { binary } from "./paths.mjs";
import { Program } from "./program.mjs";
import { Spread, spread } from "./spread.mjs";
import { eventually, freePorts } from "./wait.mjs";

export class Gatebook {
  /**
   * A new site on a fresh data directory; `stop` removes it. `more` are further words of the command, `settings`
   * are in its environment, `database` is the URL of one that is not chosen for it.
   */
  static start(options = {}) {
    return Gatebook.#started(["serve"], { spread, ...options });
  }

  /** The demo site with its simulated gates, always in one process. */
  static demo() {
    return Gatebook.#started(["demo", "--keep"], { spread: false });
  }

  static async #started(words, options) {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: make build`);
    const root = await mkdtemp(path.join(os.tmpdir(), "gatebook-e2e-"));
    const [http, mqtt, classicMqtt, classicHttp, metrics, link, edge] = await freePorts(7);
    const database = options.database ? ["--set", `database.url=${options.database}`] : await newDatabase();
    const ports = { http, mqtt, classicMqtt, classicHttp, metrics, link, edge };
    const { spread: apart, settings, more = [] } = options;
    const gatebook = new Gatebook([...words, ...more], { root, database, ports, apart, settings });
    await gatebook.run();
    if (options.spread) gatebook.parts = await Spread.start(gatebook.dataDir, gatebook.ports, { workers: options.workers });
    return gatebook;
  }

  constructor(words, { root, database, ports, apart, settings }) {
    const { http, mqtt, classicMqtt, classicHttp, metrics } = ports;
    this.root = root;
    this.dataDir = path.join(root, "site");
    this.data = ["--data-dir", this.dataDir, ...database];
    this.ports = ports;
    this.address = `http://localhost:${apart ? ports.edge : http}`;
    const listen = ["--listen", `127.0.0.1:${http}`, "--mqtt", `127.0.0.1:${mqtt}`];
    const classic = ["--classic-mqtt", `127.0.0.1:${classicMqtt}`, "--classic-http", `127.0.0.1:${classicHttp}`];
    // Workers look at the images then, nobody else.
    const behind = ["--no-pages", "--link", `127.0.0.1:${ports.link}`, "--set", `http.public_url=${this.address}`, "--set", "vision.threads=0"];
    const all = [...words, ...this.data, ...listen, ...classic, ...(apart ? behind : [])];
    this.program = new Program(all, root, { GATEBOOK_METRICS_LISTEN: `127.0.0.1:${metrics}`, ...settings });
  }

  /** Starts the site, again on the same data and ports, and waits until it is ready. */
  async run() {
    await this.program.run(`http://127.0.0.1:${this.ports.http}/readyz`);
    await this.parts?.ready();
  }

  /** Its process, which has the data. */
  get process() {
    return this.program.process;
  }

  get output() {
    return this.program.output;
  }

  /** The one-time link that the first start prints. */
  oneTimeLink() {
    return eventually("the one-time link is printed", () => this.output.match(/https?:\/\/\S+\/welcome#token=\S+/)?.[0], {
      // The demo prints it once its people are enrolled.
      within: 120_000,
    });
  }

  /** As if the power had failed where the data is. */
  async kill() {
    await this.program.end("SIGKILL");
  }

  /** Stops it as an operator does, and removes its data. */
  async stop() {
    await this.parts?.stop();
    const code = await this.program.end();
    await rm(this.root, { recursive: true, force: true });
    return code;
  }

  /** Runs another command of the binary on the same data: its exit code and what it printed. */
  command(...words) {
    return Program.command([...words, ...this.data], this.root);
  }

  /** The rest of what was printed, to be shown when a test fails. */
  journal() {
    const parts = this.parts ? `\n${this.parts.output}` : "";
    return `${this.output}${parts}`.split("\n").slice(-40).join("\n");
  }
}

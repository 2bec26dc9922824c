// The other parts of a site that is spread over several hosts, here as processes of their own: an
// edge, and recognition workers. Each has a folder with nothing in it but its bundle.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Program } from "./program.mjs";
import { eventually } from "./wait.mjs";

/** Whether the tests run with everything in one process, or with a process for each part. */
export const spread = process.env.GATEBOOK_TOPOLOGY === "hosts";

export class Spread {
  /** Allows the parts of a site at `dataDir` and starts them; pages are at `ports.edge` then. */
  static async start(dataDir, ports, { workers = 1 } = {}) {
    const parts = new Spread(dataDir, ports);
    parts.edge = await parts.#part("edge", "front", ["--listen", `127.0.0.1:${ports.edge}`]);
    await parts.edge.run();
    parts.workers = [];
    for (let n = 1; n <= workers; n++) parts.workers.push(await parts.worker(`worker-${n}`));
    await parts.ready();
    return parts;
  }

  constructor(dataDir, ports) {
    this.dataDir = dataDir;
    this.ports = ports;
  }

  /** Waits until every part is linked, as the private part sees it, and the edge answers. */
  async ready() {
    await eventually("the parts are linked", async () => {
      const [edge, seen] = await Promise.all([this.ports.edge, this.ports.metrics].map((port) => fetch(`http://127.0.0.1:${port}/readyz`)));
      const { parts } = await seen.json();
      return edge.ok && Object.values(parts).every((part) => part === "up");
    });
  }

  /** One more recognition worker. */
  async worker(name) {
    const worker = await this.#part("vision", name, ["--threads", "1"]);
    await worker.run();
    return worker;
  }

  async #part(role, name, more) {
    const folder = path.join(this.dataDir, "..", `${path.basename(this.dataDir)}-${name}`);
    const bundle = path.join(folder, "bundle.pem");
    await mkdir(folder);
    const words = ["node", "add", name, "--role", role, "--data-dir", this.dataDir];
    const { code, output } = await Program.command([...words, "--out", bundle], folder);
    if (code !== 0) throw new Error(`${words.join(" ")}: ${output}`);
    const dial = ["--api", `127.0.0.1:${this.ports.link}`, "--bundle", bundle, "--data-dir", folder];
    return new Program([role, ...dial, ...more], folder);
  }

  get all() {
    return [this.edge, ...this.workers];
  }

  /** What they printed. */
  get output() {
    return this.all.map((part) => part.output).join("\n");
  }

  async stop() {
    await Promise.all(this.all.map((part) => part.end()));
  }
}

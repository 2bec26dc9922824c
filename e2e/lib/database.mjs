// Where a site keeps its database: its data directory, or the test server that scripts/postgres.sh runs.
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";

const server = process.env.GATEBOOK_TEST_POSTGRES;

/** The settings of a new, empty database; none: a file in the data directory. */
export async function newDatabase() {
  if (!server) return [];
  const name = `e2e_${randomUUID().replaceAll("-", "")}`;
  await run("psql", [server, "--quiet", "--command", `CREATE DATABASE ${name}`]);
  return ["--set", `database.url=${server.replace("/postgres?", `/${name}?`)}`];
}

/** A PostgreSQL server of a test's own, which may be killed. */
export class OwnServer {
  static async start() {
    const server = new OwnServer();
    server.folder = await mkdtemp(path.join(os.tmpdir(), "gatebook-postgres-"));
    server.url = (await server.run()).trim();
    return server;
  }

  /** Starts it, again on the same data; its URL. */
  run() {
    return this.#script("start");
  }

  /** Every process of it at once, as when its power fails. */
  async kill() {
    const [first] = (await readFile(path.join(this.folder, "data/postmaster.pid"), "utf8")).split("\n");
    const children = await run("pgrep", ["-P", first]).catch(() => "");
    await run("kill", ["-KILL", first, ...children.split("\n").filter(Boolean)]);
  }

  async stop() {
    await this.#script("stop");
    await rm(this.folder, { recursive: true, force: true });
  }

  #script(command) {
    // The server must not keep the pipe of this script open: it writes into its own log.
    return run(path.join(root, "scripts/postgres.sh"), [command, this.folder]);
  }
}

// PostgreSQL on the host `database`: a cluster of its own, thrown away at the end.
import { once } from "node:events";
import { chown, mkdtemp, readdir, rm, writeFile, appendFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { end, hosts, runOn, startOn } from "../lib/hosts.mjs";
import { root } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { Ended, eventually } from "../lib/wait.mjs";

// It refuses to run as root; Debian's package made this user.
const user = "postgres";
const as = ["--reuid", user, "--regid", user, "--init-groups"];
const certificate = path.join(root, "deploy/database-certificate.sh");
const password = "only-for-this-test";

export class Database {
  /** A new cluster with the empty database `gatebook`, reachable from the private part alone. */
  static async start() {
    const database = new Database();
    database.bin = await newest();
    database.folder = await mkdtemp(path.join(os.tmpdir(), "gatebook-net-pg-"));
    const id = async (flag) => Number(await run("id", [flag, user]));
    await chown(database.folder, await id("-u"), await id("-g"));
    await database.#make();
    await database.run();
    return database;
  }

  get url() {
    const trust = `sslmode=verify-full&sslrootcert=${path.join(this.folder, "tls/ca.pem")}`;
    return `postgresql://gatebook:${password}@${hosts.database.address}:5432/gatebook?${trust}`;
  }

  async #make() {
    const secret = path.join(this.folder, "password");
    await writeFile(secret, password);
    const words = ["--pgdata", this.data, "--username", "gatebook", "--pwfile", secret, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"];
    await run("setpriv", [...as, path.join(this.bin, "initdb"), ...words], { cwd: this.folder });
    await appendFile(path.join(this.data, "pg_hba.conf"), `hostssl gatebook gatebook ${hosts.api.address}/32 scram-sha-256\n`);
    const tls = path.join(this.folder, "tls");
    await run("setpriv", [...as, certificate, tls, hosts.database.address]);
    const files = ["ssl = on", `ssl_cert_file = '${tls}/server.pem'`, `ssl_key_file = '${tls}/server.key'`];
    const settings = [...files, `listen_addresses = '${hosts.database.address}'`, `unix_socket_directories = '${this.folder}'`];
    await appendFile(path.join(this.data, "postgresql.conf"), `${settings.join("\n")}\n`);
  }

  get data() {
    return path.join(this.folder, "data");
  }

  /** Starts the server, again on the same data, and waits until it takes connections. */
  async run() {
    this.process = startOn("database", "setpriv", [...as, path.join(this.bin, "postgres"), "-D", this.data], { cwd: this.folder });
    let said = "";
    for (const stream of [this.process.stdout, this.process.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    await eventually("PostgreSQL is ready", async () => {
      if (this.process.exitCode !== null) throw new Ended(`PostgreSQL ended: ${said}`);
      return runOn("database", path.join(this.bin, "pg_isready"), ["-h", this.folder]);
    });
    const list = await this.sql("postgres", "select 1 from pg_database where datname = 'gatebook'");
    if (list.trim() === "") await this.sql("postgres", "create database gatebook");
  }

  /** What psql prints for a statement, asked on the database's own host. */
  sql(database, statement) {
    const words = ["-h", this.folder, "-U", "gatebook", "-d", database, "-Atc", statement];
    return runOn("database", path.join(this.bin, "psql"), words, { env: { ...process.env, PGPASSWORD: password } });
  }

  /** As if its power had failed. */
  async kill() {
    const ended = once(this.process, "exit");
    await run("setpriv", [...as, path.join(this.bin, "pg_ctl"), "stop", "-D", this.data, "-m", "immediate"], { cwd: this.folder });
    await ended;
  }

  async stop() {
    await end(this.process, "SIGINT");
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The programs of the newest PostgreSQL that Debian installed. */
async function newest() {
  const versions = await readdir("/usr/lib/postgresql");
  return path.join("/usr/lib/postgresql", versions.sort((a, b) => Number(b) - Number(a))[0], "bin");
}

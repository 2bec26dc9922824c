// Where a site keeps its database: its data directory, or the test server that scripts/postgres.sh runs.
import { randomUUID } from "node:crypto";
import { run } from "./run.mjs";

const server = process.env.GATEBOOK_TEST_POSTGRES;

/** The settings of a new, empty database; none: a file in the data directory. */
export async function newDatabase() {
  if (!server) return [];
  const name = `e2e_${randomUUID().replaceAll("-", "")}`;
  await run("psql", [server, "--quiet", "--command", `CREATE DATABASE ${name}`]);
  return ["--set", `database.url=${server.replace("/postgres?", `/${name}?`)}`];
}

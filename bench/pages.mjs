#!/usr/bin/env node
// What the pages' requests take on a large site, through the whole binary: on its file and, where a URL is given, on
// PostgreSQL beside it. Then start, memory, verification and backup of such a site.
//
//   cargo run --release -p gatebook-storage --example million fill DIR
//   cp -a DIR COPY; gatebook migrate-store --data-dir COPY --to URL
//   node bench/pages.mjs DIR [COPY URL] [--rounds 200] [--only TEXT] [--house]
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Api } from "../e2e/lib/api.mjs";
import { Program } from "../e2e/lib/program.mjs";
import { freePorts } from "../e2e/lib/wait.mjs";
import { seeded, questions } from "./pages/questions.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "200" }, only: { type: "string", default: "" }, house: { type: "boolean", default: false } },
});
const [file, copy, url] = positionals;
if (!file) throw new Error("which site? See the head of this script");
const rounds = Number(values.rounds);
const sites = [{ engine: "SQLite", dir: file, words: [] }];
if (url) sites.push({ engine: "PostgreSQL", dir: copy, words: ["--set", `database.url=${url}`] });

const tables = [];
for (const site of sites) tables.push(values.house ? await keeping(site) : await asking(site));
print(tables);

/** Starts the site; how to ask it. */
async function started({ dir, words }) {
  const [http, mqtt, metrics] = await freePorts(3);
  const data = ["--data-dir", path.resolve(dir), ...words];
  const listen = ["--listen", `127.0.0.1:${http}`, "--mqtt", `127.0.0.1:${mqtt}`, "--set", `metrics.listen=127.0.0.1:${metrics}`];
  const program = new Program(["serve", ...data, ...listen], dir);
  const began = performance.now();
  await program.run(`http://127.0.0.1:${metrics}/readyz`);
  const ready = performance.now() - began;
  const address = `http://127.0.0.1:${http}`;
  return { program, data, address, metrics, ready };
}

async function signedIn({ program, address }) {
  const gatebook = { address, oneTimeLink: async () => program.output.match(/https?:\/\/\S+\/welcome#token=\S+/)[0] };
  const first = program.output.includes("/welcome#token=");
  return first ? Api.first(gatebook) : Api.signIn(gatebook);
}

/** Asks each question; rows of name and times in milliseconds. */
async function asking(site) {
  const running = await started(site);
  try {
    const api = await signedIn(running);
    const random = seeded(7);
    const known = await look(api);
    const rows = new Map();
    for (const [name, question] of Object.entries(questions)) {
      if (!name.includes(values.only)) continue;
      const took = [];
      for (let round = 0; round < rounds; round += 1) {
        const where = question(known, random);
        const began = performance.now();
        const response = await fetch(`${running.address}/api/v1${where}`, { headers: api.headers });
        await response.arrayBuffer();
        took.push(performance.now() - began);
        if (!response.ok) throw new Error(`${where}: ${response.status}`);
      }
      rows.set(name, parts(took));
    }
    return { engine: site.engine, rows };
  } finally {
    await running.program.end();
  }
}

/** Start, memory, verification, backup. */
async function keeping(site) {
  const rows = new Map();
  const note = (name, number) => rows.set(name, [number.toFixed(number < 100 ? 1 : 0)]);
  const running = await started(site);
  const to = await mkdtemp(path.join(os.tmpdir(), "gatebook-backup-"));
  try {
    note("start to ready, ms", running.ready);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    note("resident after five seconds, MiB", await resident(running.program.process.pid, "VmRSS"));
    note("resident at most, MiB", await resident(running.program.process.pid, "VmHWM"));
    note("backup while it runs, s", await timed(["backup", to, ...running.data], site.dir));
    note("resident at most after it, MiB", await resident(running.program.process.pid, "VmHWM"));
  } finally {
    const began = performance.now();
    await running.program.end();
    note("stop, ms", performance.now() - began);
    await rm(to, { recursive: true, force: true });
  }
  note("verify, s", await timed(["verify", ...running.data], site.dir, (most) => note("resident of verify at most, MiB", most)));
  return { engine: site.engine, rows };
}

/** Runs a command of the binary to its end: seconds. `most` hears its largest size in MiB. */
async function timed(words, dir, most = () => {}) {
  const program = new Program(words, dir);
  const began = performance.now();
  await program.run();
  let largest = 0;
  const look = setInterval(async () => {
    largest = Math.max(largest, await resident(program.process.pid, "VmHWM").catch(() => 0));
  }, 200);
  const [code] = await new Promise((resolve) => program.process.once("close", (...ended) => resolve(ended)));
  clearInterval(look);
  if (code !== 0) throw new Error(`${words[0]} ended with ${code}: ${program.output}`);
  most(largest);
  return (performance.now() - began) / 1000;
}

async function resident(pid, field) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(status.match(new RegExp(`${field}:\\s+(\\d+)`))[1]) / 1024;
}

/** Things of the site that are asked about. */
async function look(api) {
  const people = (await api.get("/people?limit=200")).people;
  const points = await api.get("/access-points");
  const { size, entries } = await api.get("/log?kind=access&limit=200");
  const [oldest] = (await api.get(`/log?kind=access&limit=1&before=${Math.min(size, 20_000)}`)).entries;
  const first = Date.parse(oldest.occurred_at);
  const last = Date.parse(entries[0].occurred_at);
  const tags = entries.map((entry) => entry.record.passage?.tag?.tag).filter(Boolean);
  return { people, points, size, first, last, tags, events: entries.map((entry) => entry.event) };
}

function parts(took) {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)].toFixed(1);
  return [at(0.5), at(0.99), at(1)];
}

function print(tables) {
  const what = values.house ? [""] : [" p50", " p99", " max"];
  console.log(`load ${os.loadavg()[0].toFixed(1)} on ${os.cpus().length} cores${values.house ? "" : `, ${rounds} times each, ms`}`);
  console.log(`| | ${tables.flatMap(({ engine }) => what.map((part) => `${engine}${part}`)).join(" | ")} |`);
  console.log(`|---|${tables.flatMap(() => what.map(() => "---")).join("|")}|`);
  for (const name of tables[0].rows.keys()) {
    console.log(`| ${name} | ${tables.flatMap(({ rows }) => rows.get(name)).join(" | ")} |`);
  }
}

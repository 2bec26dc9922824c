#!/usr/bin/env node
// Durable ingest of the whole process: 16 native devices over MQTT at QoS 1. Then, whether every
// acknowledged observation became one entry of the log, and whether the log verifies.
//
// With `broker` in place of a URL, devices publish to a Mosquitto, which Gatebook subscribes to: then it is
// Mosquitto that acknowledges, and the time until everything is in the log is what counts.
//
//   node bench/ingest.mjs [seconds] [clients] [window] [database URL | broker]
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Api } from "../e2e/lib/api.mjs";
import { Gatebook } from "../e2e/lib/gatebook.mjs";
import { Mosquitto } from "../e2e/lib/mosquitto.mjs";
import { eventually } from "../e2e/lib/wait.mjs";

const [seconds = "10", clients = "16", window = "8", database] = process.argv.slice(2);
const broker = database === "broker" ? await Mosquitto.start() : null;
if (database && !broker) process.env.GATEBOOK_DATABASE_URL = database;
const load = path.join(import.meta.dirname, "../target/release/ingest-load");
if (!existsSync(load)) throw new Error(`${load} is missing: cargo build --release -p gatebook-testkit --bins`);

const gatebook = await Gatebook.start(broker ? { more: ["--set", `mqtt.broker.url=${broker.url}`] } : {});
try {
  await measure();
} finally {
  await gatebook.stop();
  await broker?.stop();
}

async function measure() {
  const devices = path.join(gatebook.dataDir, "devices.txt");
  await writeFile(devices, (await addDevices()).join("\n"));
  const before = await entries();
  const began = Date.now();
  const ran = spawnSync(load, [`127.0.0.1:${broker?.port ?? gatebook.ports.mqtt}`, seconds, window, devices], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(ran.stderr);
  console.log(`${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}: ${ran.stdout.trim()}`);
  const acknowledged = Number(ran.stdout.match(/(\d+) acknowledged/)[1]);
  await settled(acknowledged, before);
  const took = (Date.now() - began) / 1000;
  console.log(`${acknowledged} acknowledged, ${acknowledged} entries, all within ${took.toFixed(1)} s`);
  gatebook.process.kill("SIGTERM");
  await once(gatebook.process, "exit");
  const verified = await gatebook.command("verify");
  console.log(verified.output.trim());
  if (verified.code !== 0) throw new Error(`verify ended with ${verified.code}`);
}

/** One area, one way in, and the devices; a line `name password` of each. */
async function addDevices() {
  const api = await Api.first(gatebook);
  const area = await api.post("/areas", { name: "Court" });
  const point = await api.post("/access-points", { name: "Door", direction: "entry", area: area.id });
  const lines = [];
  for (let n = 0; n < Number(clients); n += 1) {
    const device = { name: `reader-${n}`, access_point: point.id, kind: "native", silent_after_s: 0 };
    const { id } = await api.post("/devices", device);
    const { password } = await api.post(`/devices/${id}/password`);
    lines.push(`${device.name} ${password}`);
  }
  return lines;
}

/** Waits until the bookkeeper has caught up; more entries than observations are as wrong as fewer. */
async function settled(acknowledged, before) {
  const wanted = before + acknowledged;
  await eventually(`${wanted} entries`, async () => (await entries()) >= wanted, { within: 120_000 });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const found = await entries();
  if (found !== wanted) throw new Error(`${wanted} entries should be in the log: there are ${found}`);
}

async function entries() {
  const ready = await fetch(`http://127.0.0.1:${gatebook.ports.metrics}/readyz`);
  return (await ready.json()).log_entries;
}

#!/usr/bin/env node
// Frames a second that recognition looks at, everything in one process with one and two threads, and with one and two
// recognition workers beside the private part: several camera stations push a film of three people as fast
// as they are answered, one frame in flight each. In turn and more than once, so that what else the machine does falls on all.
//
//   node bench/frames.mjs [seconds each] [stations] [turns]
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Api } from "../e2e/lib/api.mjs";
import { studio } from "../e2e/lib/faces.mjs";
import { Gatebook } from "../e2e/lib/gatebook.mjs";
import { film } from "../e2e/lib/webcam.mjs";

const { io } = createRequire(new URL("../web/package.json", import.meta.url))("socket.io-client");
const [seconds, stations, turns] = [20, 4, 2].map((otherwise, place) => Number(process.argv[2 + place] ?? otherwise));
const people = [{ column: 4 }, { row: 1, column: 6 }, { row: 2, column: 11 }];
const settings = {
  "one process, 1 thread": { threads: 1 },
  "one process, 2 threads": { threads: 2 },
  "1 worker of 1 thread": { workers: 1 },
  "2 workers of 1 thread": { workers: 2 },
};

const frames = split(await readFile(await film(await studio(), "three-people", people)));
let unanswered = 0;
const measured = new Map(Object.keys(settings).map((name) => [name, []]));
for (let turn = 0; turn < turns; turn += 1) {
  for (const [name, setting] of Object.entries(settings)) measured.get(name).push(await measure(setting));
}
console.log(`${os.cpus().length} cores, ${stations} stations, ${seconds} s each, ${frames.length} frames of 640 x 480 in turn`);
console.log("| | frames/s | p50 ms | p99 ms | unanswered | load average |\n|---|---|---|---|---|---|");
for (const [name, runs] of measured) {
  for (const run of runs) console.log(`| ${name} | ${run.rate.toFixed(1)} | ${run.p50.toFixed(0)} | ${run.p99.toFixed(0)} | ${run.unanswered} | ${run.load.toFixed(1)} |`);
}
process.exit(0);

async function measure({ threads, workers }) {
  const gatebook = await Gatebook.start(threads ? { spread: false, more: ["--set", `vision.threads=${threads}`] } : { spread: true, workers });
  try {
    const api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "Court" });
    const cameras = [];
    for (let n = 0; n < stations; n += 1) cameras.push(await station(gatebook, api, area, n));
    await Promise.all(cameras.map((camera) => push(camera, 3)));
    unanswered = 0;
    const took = (await Promise.all(cameras.map((camera) => push(camera, seconds)))).flat();
    const load = os.loadavg()[0];
    for (const camera of cameras) camera.disconnect();
    took.sort((a, b) => a - b);
    const part = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? NaN;
    return { rate: took.length / seconds, p50: part(0.5), p99: part(0.99), unanswered, load };
  } finally {
    await gatebook.stop();
  }
}

/** A connected camera station at a door of its own. */
async function station(gatebook, api, area, n) {
  const point = await api.post("/access-points", { name: `Door ${n}`, direction: "entry", area: area.id });
  const device = { name: `Camera ${n}`, kind: "camera_station", access_point: point.id, silent_after_s: 0, disabled: false };
  const { id } = await api.post("/devices", device);
  const headers = { ...api.headers, origin: gatebook.address };
  const made = await fetch(`${gatebook.address}/api/v1/devices/${id}/station`, { method: "POST", headers });
  if (!made.ok) throw new Error(await made.text());
  const cookie = made.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const socket = io(`${gatebook.address}/station`, { forceNew: true, transports: ["websocket"], extraHeaders: { cookie, origin: gatebook.address } });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject));
  return socket;
}

/** Pushes frames for so long; how long each answer with its overlays took, in milliseconds. */
async function push(socket, seconds) {
  const [took, end] = [[], performance.now() + seconds * 1000];
  for (let n = 0; performance.now() < end; n += 1) {
    const began = performance.now();
    // As a station does: one that is not answered in time is counted, and the next is tried.
    const reply = await socket.timeout(5_000).emitWithAck("frame", frames[n % frames.length]).catch(() => undefined);
    if (!reply) {
      unanswered += 1;
      continue;
    }
    // Recognition is at others' frames and takes no more: a station takes a newer picture then.
    if (reply.frame === "refused" && reply.why === "busy") {
      await sleep(5);
      continue;
    }
    if (reply.frame === "refused") throw new Error(`refused: ${reply.why}`);
    if (reply.overlays.length === 0 && n > 20) throw new Error("nobody was found in a frame of three people");
    took.push(performance.now() - began);
  }
  return took;
}

/** The JPEGs of a film. */
function split(film) {
  const marks = [];
  for (let at = film.indexOf(Buffer.from([0xff, 0xd8, 0xff])); at >= 0; at = film.indexOf(Buffer.from([0xff, 0xd8, 0xff]), at + 3)) marks.push(at);
  return marks.map((start, place) => film.subarray(start, marks[place + 1] ?? film.length));
}

// Four network cameras at five pictures a second each (two by RTSP from a real server, one MJPEG, one that gives pictures
// on request), for as long as is wanted: memory, time from picture to overlay, passages against the truth.
// `cargo xtask soak --minutes 30 --faces FOLDER` runs it; with `--main` the two over RTSP have a main stream of twice the size, of
// which the pictures are kept.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Api } from "./lib/api.mjs";
import { cast, compose, judge, pictures } from "./lib/crowd.mjs";
import { Gatebook } from "./lib/gatebook.mjs";
import { RtspCamera } from "./lib/network-camera.mjs";
import { run } from "./lib/run.mjs";
import { addPerson, enrol, passages } from "./lib/site.mjs";
import { eventually, freePorts, sleep } from "./lib/wait.mjs";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "30" }, faces: { type: "string" }, main: { type: "boolean", default: false }, json: { type: "string" } } });
const minutes = Number(values.minutes);
if (!values.faces) {
  console.log("skipped: --faces names no folder of labelled photographs (a folder for each person, 7 or more in it)");
  process.exit(0);
}

const where = await mkdtemp(path.join(tmpdir(), "gatebook-soak-"));
const cameras = [];
let gatebook;
try {
  const people = await cast(values.faces, 4);
  const crowd = await compose(where, people);
  gatebook = await Gatebook.start({ settings: { GATEBOOK_CAMERAS_ALLOW: '["127.0.0.1"]' } });
  const api = await Api.first(gatebook);
  const area = await api.post("/areas", { name: "Court" });
  for (const [number, person] of [...people.known, ...people.against].entries()) {
    await enrol(api, await addPerson(api, { number: String(500 + number), name: person.name }), person.enrol);
  }
  const addresses = await start(crowd);
  const began = await add(api, area, addresses);
  const samples = await watch(began);
  report(await result(api, crowd, began, samples));
} catch (error) {
  console.error(gatebook?.journal(), `exit ${gatebook?.process?.exitCode}, signal ${gatebook?.process?.signalCode}`);
  throw error;
} finally {
  await gatebook?.stop();
  for (const stop of cameras) await stop();
  await rm(where, { recursive: true, force: true });
}

/** Switches the four cameras on; their addresses. The HTTP ones play by the clock, from the moment of `play`. */
async function start({ films, seconds }) {
  const addresses = [];
  for (const film of films.slice(0, 2)) {
    const main = values.main ? { main_address: await rtsp(await doubled(film), seconds) } : {};
    addresses.push({ address: await rtsp(film, seconds), ...main, user: "gate", password: "seven-boats" });
  }
  const shown = [];
  for (const film of films.slice(2)) shown.push(await pictures(film, where));
  const origin = Date.now();
  const now = (all) => all[Math.floor((Date.now() - origin) / 100) % all.length];
  addresses.push({ address: await http((response) => stream(response, () => now(shown[0]))), offset: origin });
  addresses.push({ address: await http((response) => response.writeHead(200, { "content-type": "image/jpeg" }).end(now(shown[1]))), offset: origin });
  return addresses;
}

/** Plays a film over RTSP, again and again for as long as is wanted; its address. */
async function rtsp(film, seconds) {
  const [port] = await freePorts(1);
  const long = film.replace(".mp4", "-long.mp4");
  await run("ffmpeg", ["-v", "error", "-y", "-stream_loop", String(Math.ceil((minutes * 60) / seconds) + 2), "-i", film, "-c", "copy", long]);
  const camera = new RtspCamera({ port, film: long, user: "gate", password: "seven-boats" });
  await camera.start();
  cameras.push(() => camera.stop());
  return camera.address;
}

/** The same film, twice as wide and high, with a key frame every two seconds. */
async function doubled(film) {
  const file = film.replace(".mp4", "-main.mp4");
  const encoded = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "20", "-pix_fmt", "yuv420p", "-crf", "20"];
  await run("ffmpeg", ["-v", "error", "-y", "-i", film, "-vf", "scale=2*iw:2*ih", ...encoded, file]);
  return file;
}

async function http(answer) {
  const server = createServer((_, response) => answer(response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  cameras.push(() => server.closeAllConnections?.() ?? server.close());
  cameras.push(() => server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}

function stream(response, picture) {
  response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=soak" });
  const timer = setInterval(() => {
    const jpeg = picture();
    response.write(`--soak\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
    response.write(jpeg);
    response.write("\r\n");
  }, 100);
  response.on("close", () => clearInterval(timer));
}

/** Adds the cameras, each at a door of its own; when each one's film began. */
async function add(api, area, addresses) {
  const began = [];
  for (const [number, { offset, ...camera }] of addresses.entries()) {
    const point = await api.post("/access-points", { name: `Door ${number}`, direction: "both", area: area.id });
    const device = await api.post("/network-cameras", { name: `Camera ${number}`, access_point: point.id, frames_per_second: 5, ...camera });
    const live = async () => (await api.get("/network-cameras")).find((one) => one.device === device.id)?.status?.state === "live";
    await eventually(`camera ${number} is live`, live, { within: 60_000 });
    began.push({ point: point.id, at: offset ?? Date.now(), from: Date.now() });
  }
  return began;
}

/** Memory and the 99th percentile from picture to overlay, every ten seconds. */
async function watch() {
  const samples = [];
  const until = Date.now() + minutes * 60_000;
  while (Date.now() < until) {
    await sleep(10_000);
    const metrics = await (await fetch(`http://127.0.0.1:${gatebook.ports.metrics}/metrics`)).text();
    const number = (pattern) => Number(metrics.match(pattern)?.[1] ?? NaN);
    const status = await readFile(`/proc/${gatebook.process.pid}/status`, "utf8");
    samples.push({
      at: Date.now(),
      rss_mb: Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024,
      p99_ms: 1000 * number(/gatebook_frame_to_overlay_seconds\{quantile="0.99"\} (\S+)/),
      frames: number(/^gatebook_frames_total (\S+)/m),
      load: loadavg()[0],
    });
  }
  return samples;
}

async function result(api, { truth, seconds }, began, samples) {
  const end = Date.now();
  const first = Math.max(...began.map(({ from }) => from)) / 1000;
  const due = began.flatMap(({ at, from }, camera) => {
    const rounds = Math.ceil((end - at) / 1000 / seconds);
    const all = Array.from({ length: rounds }, (_, round) => truth.filter((one) => one.camera === camera).map((one) => ({ ...one, at: at / 1000 + round * seconds + one.at, until: at / 1000 + round * seconds + one.until })));
    // Whoever was on the way when the cameras were added, or when the time was up, may be in the log or not.
    return all.flat().map((one) => ({ ...one, asked: one.at * 1000 > Math.max(from, first * 1000) && one.until * 1000 < end - 5_000 }));
  });
  const seen = (await passages(api)).filter((passage) => passage.person);
  const logged = seen.map((passage) => ({ camera: began.findIndex(({ point }) => point === passage.access_point.id), person: passage.person.name, at: Date.parse(passage.at) / 1000 }));
  const judged = judge({ due, logged });
  const p99 = samples.map((sample) => sample.p99_ms).filter(Number.isFinite).sort((a, b) => a - b);
  const tail = samples.slice(Math.floor(samples.length / 3));
  return {
    minutes,
    passages: judged,
    p99_ms: { median: p99[Math.floor(p99.length / 2)], worst: p99.at(-1), over_300: p99.filter((ms) => ms > 300).length, samples: p99.length },
    frames_per_second: (samples.at(-1).frames - samples[0].frames) / ((samples.at(-1).at - samples[0].at) / 1000),
    rss_mb: { first: samples[0].rss_mb, after_a_third: tail[0].rss_mb, last: samples.at(-1).rss_mb },
    load: { least: Math.min(...samples.map((one) => one.load)), most: Math.max(...samples.map((one) => one.load)) },
  };
}

function report(found) {
  console.log(JSON.stringify(found, null, 1));
  if (values.json) void writeFile(values.json, JSON.stringify(found, null, 1));
  const { passages: judged, p99_ms, rss_mb } = found;
  const goals = [
    ["p99 from picture to overlay at most 300 ms at all times", p99_ms.worst <= 300],
    ["memory does not grow: less than a tenth since a third of the time", rss_mb.last < 1.1 * rss_mb.after_a_third],
    ["nobody is named who was not there", judged.wrong === 0],
    ["everybody who passed is logged", judged.found === judged.expected],
  ];
  for (const [goal, met] of goals) console.log(`${met ? "met   " : "MISSED"}  ${goal}`);
  process.exitCode = goals.every(([, met]) => met) ? 0 : 1;
}

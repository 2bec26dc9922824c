// A crowd for several cameras, made from labelled photographs: people who walk through the picture one
// after another, with others crossing them, some blurred, some in the dark; and the truth about who was where.
//
// In each slot every camera sees another person; in three of four somebody comes the other way, a stranger or one who is
// enrolled as well. Everybody was at another camera before he comes back to one: so each appearance is a passage of its
// own, by the rule of re-sightings.
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "./run.mjs";

const frame = { width: 640, height: 480, rate: 10 };
/** Seconds of a slot, and of them those in which the person is on the way through the picture. */
export const slot = { seconds: 15, walk: 9, begin: 2 };
const side = 300;
/** Photographs of a person that nobody sees but who enrols. */
const enrolled = 3;
const effects = ["null", "gblur=sigma=1", "eq=brightness=-0.12:contrast=0.8", "null"];

/** `count` people of a folder (a folder for each, in it his photographs) of whom there are enough. */
export async function cast(folder, count) {
  const people = [];
  for (const name of (await readdir(folder, { withFileTypes: true })).filter((one) => one.isDirectory()).map((one) => one.name).sort()) {
    const photographs = (await readdir(path.join(folder, name))).filter((file) => /\.jpe?g$/i.test(file)).sort();
    if (photographs.length < enrolled + count) continue;
    const files = photographs.map((file) => path.join(folder, name, file));
    people.push({ name: name.replaceAll("_", " "), enrol: files.slice(0, enrolled), shown: files.slice(enrolled, enrolled + count) });
    if (people.length === 3 * count) break;
  }
  if (people.length < 3 * count) throw new Error(`${folder} has too few people with ${enrolled + count} photographs`);
  return { known: people.slice(0, count), against: people.slice(count, 2 * count), strangers: people.slice(2 * count) };
}

/** Makes a film of a minute for each camera, and `truth.json`; the films' paths and the truth. */
export async function compose(where, { known, against, strangers }) {
  const films = [];
  const truth = [];
  for (const camera of known.keys()) {
    const file = path.join(where, `camera-${camera}.mp4`);
    const acts = known.map((_, n) => {
      const person = (camera + n) % known.length;
      const others = [[], [against[person]], [strangers[person]], [against[person]]][n % 4];
      return { at: n * slot.seconds + slot.begin, people: [known[person], ...others] };
    });
    const inputs = acts.flatMap(({ people }) => people.map((person) => person.shown[camera]));
    await run("ffmpeg", [
      ...["-v", "error", "-y", ...inputs.flatMap((image) => ["-loop", "1", "-r", String(frame.rate), "-i", image])],
      ...["-filter_complex", graph(acts, effects[camera % effects.length]), "-map", "[out]", "-t", String(known.length * slot.seconds)],
      ...["-c:v", "libx264", "-bf", "0", "-g", "20", "-pix_fmt", "yuv420p", "-crf", "21", file],
    ]);
    films.push(file);
    const enrolled = (person) => !strangers.includes(person);
    const told = acts.flatMap(({ at, people }) => people.filter(enrolled).map(({ name }) => ({ camera, at, until: at + slot.walk, person: name })));
    truth.push(...told);
  }
  await writeFile(path.join(where, "truth.json"), JSON.stringify({ seconds: known.length * slot.seconds, passages: truth }, null, 1));
  return { films, truth, seconds: known.length * slot.seconds };
}

/** Everybody walks from left to right; whoever comes the other way is above him. */
function graph(acts, effect) {
  const size = `${frame.width}x${frame.height}`;
  const steps = [`color=c=0x6d7378:s=${size}:r=${frame.rate}[v0]`];
  let below = 0;
  const put = (input, x, y, at) => {
    const window = `between(t,${at},${at + slot.walk})`;
    steps.push(`[${input}:v]scale=${side}:${side},${effect}[p${input}]`);
    steps.push(`[v${below}][p${input}]overlay=x='${x}':y='${y}':enable='${window}':eval=frame[v${below + 1}]`);
    below += 1;
  };
  let input = 0;
  for (const { at, people } of acts) {
    const way = `(${frame.width}+${side})*(t-${at})/${slot.walk}`;
    if (people.length === 2) put(input + 1, `${frame.width}-${way}`, "0", at);
    put(input, `-${side}+${way}`, `${frame.height - side}-10+6*sin(6*t)`, at);
    input += people.length;
  }
  return `${steps.join(";")};[v${below}]null[out]`;
}

/** What was logged, held against who was due: how many are right, which are too many, which of those `asked` for are missing. */
export function judge({ due, logged }) {
  const open = due.map((one) => ({ ...one, found: 0 }));
  const wrong = [];
  for (const passage of logged) {
    const match = open.find((one) => one.camera === passage.camera && one.person === passage.person && passage.at >= one.at - 3 && passage.at <= one.until + 6);
    if (match) match.found += 1;
    else wrong.push(passage);
  }
  const expected = open.filter((one) => one.asked);
  const found = expected.filter((one) => one.found > 0).length;
  const missing = expected.filter((one) => one.found === 0).map(({ camera, person }) => `camera ${camera}: ${person}`);
  const twice = open.filter((one) => one.found > 1).length;
  return {
    expected: expected.length,
    logged: logged.length,
    found,
    twice,
    wrong: wrong.length,
    recall: found / expected.length,
    precision: logged.length === 0 ? 1 : (logged.length - wrong.length - twice) / logged.length,
    missing,
    // Whose passage was due about then at the same camera: another name is a swap, the same one came too late or too early.
    astray: wrong.map(({ camera, person, at }) => {
      const near = open.filter((one) => one.camera === camera && Math.abs(one.at - at) < 2 * slot.seconds);
      return `camera ${camera}: ${person}; due: ${near.map((one) => `${one.person} ${(one.at - at).toFixed(1)} s`).join(", ")}`;
    }),
  };
}

/** A film's pictures as JPEG, for cameras that send those. */
export async function pictures(film, where) {
  const name = path.basename(film, ".mp4");
  await run("ffmpeg", ["-v", "error", "-y", "-i", film, "-q:v", "4", path.join(where, `${name}-%05d.jpg`)]);
  const files = (await readdir(where)).filter((file) => file.startsWith(`${name}-`)).sort();
  return Promise.all(files.map((file) => readFile(path.join(where, file))));
}

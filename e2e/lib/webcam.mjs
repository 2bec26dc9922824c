// The film that Chromium plays as its webcam: photographs side by side that sway a little, as
// people who stand before a camera do.
import path from "node:path";
import { cut } from "./faces.mjs";
import { run } from "./run.mjs";

const frame = { width: 640, height: 480, rate: 15, seconds: 8 };

/** Films up to three tiles in a row; the path of the film. */
export async function film(where, name, tiles) {
  const file = path.join(where.folder, `${name}.mjpeg`);
  const side = Math.min(300, Math.floor(frame.width / tiles.length) - 20);
  const stage = `color=c=0x6d7378:s=${frame.width}x${frame.height}:r=${frame.rate}:d=${frame.seconds}[base]`;
  const people = tiles.map((tile, i) => `[0:v]${cut(tile)},scale=${side}:${side}:flags=lanczos[face${i}]`);
  const placed = tiles.map((_, i) => place(i, tiles.length, side));
  const graph = [stage, ...people, ...placed].join(";");
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-loop", "1", "-i", where.overview, "-filter_complex", graph],
    ...["-map", `[v${tiles.length - 1}]`, "-t", String(frame.seconds), "-pix_fmt", "yuvj420p"],
    ...["-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", file],
  ]);
  return file;
}

function place(i, count, side) {
  const below = i === 0 ? "base" : `v${i - 1}`;
  const middle = (frame.width / count) * (i + 0.5) - side / 2;
  const height = (frame.height - side) / 2;
  // Whole periods within the film, so that its repetition does not jump.
  const x = `${middle}+6*sin(2*PI*t/${frame.seconds / 2})`;
  const y = `${height}+4*sin(2*PI*t/${frame.seconds / 4})`;
  return `[${below}][face${i}]overlay=x='${x}':y='${y}'[v${i}]`;
}

/**
 * Films people who come and go, one after another in the middle of the picture: each of `visits` shows its tile in the seconds
 * from `from` until `until`. The path of the film, which takes `seconds`.
 */
export async function comings(where, name, visits, seconds) {
  const file = path.join(where.folder, `${name}.mjpeg`);
  const side = 300;
  const stage = `color=c=0x6d7378:s=${frame.width}x${frame.height}:r=${frame.rate}:d=${seconds}[v-1]`;
  const people = visits.map(({ tile }, i) => `[0:v]${cut(tile)},scale=${side}:${side}:flags=lanczos[face${i}]`);
  const x = `${(frame.width - side) / 2}+6*sin(2*PI*t/4)`;
  const y = `${(frame.height - side) / 2}+4*sin(2*PI*t/2)`;
  const placed = visits.map(
    ({ from, until }, i) => `[v${i - 1}][face${i}]overlay=x='${x}':y='${y}':enable='between(t,${from},${until})'[v${i}]`,
  );
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-loop", "1", "-i", where.overview, "-filter_complex", [stage, ...people, ...placed].join(";")],
    ...["-map", `[v${visits.length - 1}]`, "-t", String(seconds), "-pix_fmt", "yuvj420p"],
    ...["-c:v", "mjpeg", "-q:v", "4", "-f", "mjpeg", file],
  ]);
  return file;
}

/**
 * Films people who walk through the picture and cross: each of `walks` shows its tile in the seconds from `from` until `until`, on the way
 * to the `right` or to the left, the later ones in front. The path of the film, which takes `seconds`.
 */
export async function crossing(where, name, walks, seconds) {
  const file = path.join(where.folder, `${name}.mjpeg`);
  const side = 240;
  const stage = `color=c=0x6d7378:s=${frame.width}x${frame.height}:r=${frame.rate}:d=${seconds}[v-1]`;
  const people = walks.map(
    ({ tile, looks = "null" }, i) => `[0:v]${cut(tile)},scale=${side}:${side}:flags=lanczos,${looks}[face${i}]`,
  );
  const placed = walks.map(({ from, until, right, y }, i) => {
    const way = `(${frame.width}+${side})*(t-${from})/${until - from}`;
    const x = right ? `-${side}+${way}` : `${frame.width}-${way}`;
    return `[v${i - 1}][face${i}]overlay=x='${x}':y='${y}+5*sin(6*t)':enable='between(t,${from},${until})'[v${i}]`;
  });
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-loop", "1", "-i", where.overview, "-filter_complex", [stage, ...people, ...placed].join(";")],
    ...["-map", `[v${walks.length - 1}]`, "-t", String(seconds), "-pix_fmt", "yuvj420p"],
    ...["-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", file],
  ]);
  return file;
}

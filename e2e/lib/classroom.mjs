// A room full of people, as a camera above the board sees it: photographs in rows that sway a little. The video lasts for
// five minutes.
import path from "node:path";
import { cut } from "./faces.mjs";
import { video } from "./network-camera.mjs";
import { run } from "./run.mjs";

const frame = { width: 1280, height: 720, rate: 15, seconds: 8 };
const [columns, rows, side] = [4, 2, 190];

/** Films up to eight tiles, each at a seat of its own; the path of the video. */
export async function classroom(where, tiles) {
  const file = path.join(where.folder, "classroom.mjpeg");
  const stage = `color=c=0x6d7378:s=${frame.width}x${frame.height}:r=${frame.rate}:d=${frame.seconds}[v-1]`;
  const people = tiles.map((tile, i) => `[0:v]${cut(tile)},scale=${side}:${side}:flags=lanczos[face${i}]`);
  const seated = tiles.map((_, i) => seat(i));
  await run("ffmpeg", [
    ...["-v", "error", "-y", "-loop", "1", "-i", where.overview, "-filter_complex", [stage, ...people, ...seated].join(";")],
    ...["-map", `[v${tiles.length - 1}]`, "-t", String(frame.seconds), "-pix_fmt", "yuvj420p"],
    ...["-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", file],
  ]);
  return video(file);
}

function seat(i) {
  const left = ((i % columns) + 0.5) * (frame.width / columns) - side / 2;
  const top = (Math.floor(i / columns) + 0.5) * (frame.height / rows) - side / 2;
  // Whole periods within the film, so that its repetition does not jump.
  const x = `${left}+5*sin(2*PI*t/${frame.seconds / 2}+${i})`;
  const y = `${top}+3*sin(2*PI*t/${frame.seconds / 4}+${i})`;
  return `[v${i - 1}][face${i}]overlay=x='${x}':y='${y}'[v${i}]`;
}

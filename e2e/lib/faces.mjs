// Photographs for enrolment and for the webcam, cut out of one picture that comes with the
// models' package: its overview of faces, which the package's own demo has sorted by likeness to
// the first one. Its first row therefore shows one man in 18 different photographs, and the
// rows below show others. So somebody can be enrolled from other photographs than those that the
// camera sees. The tiles are small (104 pixels) and are enlarged.
import { mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { mkdtemp } from "node:fs/promises";
import { modelCache } from "./paths.mjs";
import { run } from "./run.mjs";

const archive = path.join(modelCache, "vladmandic-human-3.3.6.tgz");
const overview = "package/assets/screenshot-facematch.jpg";

/** The grid of the overview, in pixels. */
const grid = { left: 3.4, top: 284, step: 106.4, row: 112.2, side: 104 };

/** A folder for made pictures. */
export async function studio() {
  const folder = await mkdtemp(path.join(os.tmpdir(), "gatebook-studio-"));
  if (!existsSync(archive)) throw new Error(`${archive} is missing: building Gatebook fetches it`);
  await run("tar", ["-xzf", archive, "-C", folder, overview]);
  await mkdir(path.join(folder, "made"));
  return {
    folder: path.join(folder, "made"),
    overview: path.join(folder, overview),
  };
}

/** A blue sheet over mouth and chin, in pixels of a tile. */
const mask = "drawbox=x=26:y=64:w=52:h=30:color=0x3f6fb0:t=fill";

/** An ffmpeg filter that cuts out one tile, with a mask before the mouth if it is to be `masked`. */
export function cut({ row = 0, column, masked = false }) {
  const x = Math.round(grid.left + grid.step * column);
  const y = Math.round(grid.top + grid.row * row);
  const tile = `crop=${grid.side}:${grid.side}:${x}:${y}`;
  return masked ? `${tile},${mask}` : tile;
}

/** One face as a JPEG of `size` pixels; its path. */
export async function portrait(where, tile, { size = 480 } = {}) {
  const file = path.join(where.folder, `face-${tile.row ?? 0}-${tile.column}-${tile.masked ? "masked-" : ""}${size}.jpg`);
  const filter = `${cut(tile)},scale=${size}:${size}:flags=lanczos`;
  await run("ffmpeg", ["-v", "error", "-y", "-i", where.overview, "-vf", filter, "-q:v", "2", file]);
  return file;
}

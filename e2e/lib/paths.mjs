// Where things are: the repository, the built binary, the models' packages.
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");

export const binary = process.env.E2E_BINARY ?? path.join(target, "release/gatebook");
export const sensorSimulator = path.join(target, "release/sensor_simulator");
export const modelCache = process.env.GATEBOOK_MODEL_CACHE ?? path.join(root, "target/models");
export const screenshots = path.join(root, "e2e/screenshots");

export function chromium() {
  const known = [process.env.E2E_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = known.find((file) => file && existsSync(file));
  if (!found) throw new Error("Chromium is missing: scripts/setup-test.sh installs it");
  return found;
}

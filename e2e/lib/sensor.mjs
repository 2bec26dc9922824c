// A fingerprint sensor that is not there: the simulator on a pseudo-terminal, and who presses on it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { sensorSimulator } from "./paths.mjs";
import { sleep } from "./wait.mjs";

/** Longer than Gatebook needs to see a finger and to fetch its picture from a sensor without a serial line's slowness. */
const onTheGlass = 2500;

export class Sensor {
  async start() {
    if (!existsSync(sensorSimulator)) throw new Error(`${sensorSimulator} is missing: scripts/test.sh builds it`);
    this.folder = await mkdtemp(path.join(os.tmpdir(), "gatebook-sensor-"));
    /** Its line, which stays the same when it is plugged in again. */
    this.path = path.join(this.folder, "ttyUSB0");
    this.process = spawn(sensorSimulator, ["--link", this.path, "--model", "r307"], { stdio: ["pipe", "pipe", "inherit"] });
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    return this.#answer();
  }

  /** See docs/ref/sensors.md. */
  async order(words) {
    this.process.stdin.write(`${words}\n`);
    return this.#answer();
  }

  async #answer() {
    const { value, done } = await this.answers.next();
    if (done) throw new Error("the sensor's simulator ended");
    if (value.startsWith("error")) throw new Error(value);
    return value;
  }

  /** Puts impression `number` of the synthetic finger `seed` on the glass. */
  put(seed, number) {
    return this.order(`print ${seed} ${number}`);
  }

  lift() {
    return this.order("lift");
  }

  /** One press: down, long enough to be read, up, long enough for that to be noticed. */
  async press(seed, number) {
    await this.put(seed, number);
    await sleep(onTheGlass);
    await this.lift();
    await sleep(onTheGlass / 2);
  }

  async stop() {
    this.process?.kill();
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}

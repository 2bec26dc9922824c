// A real Mosquitto of a test's own, on a port and in a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { eventually, freePorts } from "./wait.mjs";

export class Mosquitto {
  static async start() {
    const folder = await mkdtemp(path.join(os.tmpdir(), "gatebook-mosquitto-"));
    const [port] = await freePorts(1);
    const broker = new Mosquitto(folder, port);
    const lines = [
      `listener ${port} 127.0.0.1`,
      // Run by root it would become a user who cannot write here.
      "user root",
      "allow_anonymous true",
      "persistence true",
      `persistence_location ${folder}/`,
      "queue_qos0_messages true",
      "max_queued_messages 0",
    ];
    await writeFile(broker.file, `${lines.join("\n")}\n`);
    await broker.run();
    return broker;
  }

  constructor(folder, port) {
    this.folder = folder;
    this.port = port;
    this.file = path.join(folder, "mosquitto.conf");
    this.url = `mqtt://127.0.0.1:${port}`;
  }

  async run() {
    const program = existsSync("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
    this.process = spawn(program, ["-c", this.file], { stdio: "ignore" });
    await eventually("Mosquitto answers", () => reached(this.port));
  }

  /** As if its power had failed. */
  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }

  async stop() {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function reached(port) {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } finally {
    socket.destroy();
  }
}

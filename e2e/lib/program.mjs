// The built binary as a process: started, listened to, ended.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { binary } from "./paths.mjs";
import { Ended, eventually } from "./wait.mjs";

export class Program {
  /** `words` as on the command line; `folder` is where it runs. */
  constructor(words, folder, environment = {}) {
    this.words = words;
    this.folder = folder;
    this.environment = environment;
    this.output = "";
  }

  /** Starts it, perhaps again, and waits until `address` answers, where one is given. */
  async run(address) {
    this.process = spawn(binary, this.words, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...surroundings(), ...this.environment },
      cwd: this.folder,
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.output += text));
    }
    if (!address) return;
    const answers = async () => {
      if (this.process.exitCode !== null) throw new Ended(`it ended with ${this.process.exitCode}:\n${this.output}`);
      return (await fetch(address)).ok;
    };
    await eventually(`gatebook ${this.words[0]} is ready`, answers, { within: 60_000 });
  }

  /** Sends a signal and waits for the end; the exit code. */
  async end(signal = "SIGTERM") {
    const child = this.process;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  }

  /** Runs a command to its end: its exit code and what it printed. */
  static async command(words, folder) {
    const program = new Program(words, folder);
    await program.run();
    const [code] = await once(program.process, "close");
    return { code, output: program.output };
  }
}

/** The environment without settings of a Gatebook that somebody runs on this machine. */
function surroundings() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GATEBOOK_"));
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}

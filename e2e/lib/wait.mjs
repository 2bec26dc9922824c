// Waiting for something to become true, with a sentence when it does not.
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export { sleep };

/** What was waited for can no longer happen. */
export class Ended extends Error {}

/** Asks `probe` until it gives something; what it throws counts as nothing yet. */
export async function eventually(what, probe, { within = 20_000, every = 150 } = {}) {
  const end = Date.now() + within;
  let last;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
      last = undefined;
    } catch (error) {
      if (error instanceof Ended) throw error;
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`${what}: not within ${within / 1000} s${last ? ` (${last.message})` : ""}`);
    }
    await sleep(every);
  }
}

/** Ports that nobody listened on a moment ago. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function listening() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

// Load by stock MQTT clients, and what they were told is durable.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { sleep } from "./wait.mjs";

/**
 * Publishes lines at QoS `quality` as `mosquitto_pub` does with `words`, `many` every 20 ms, until `end`. A client that ends before is
 * followed by another one, with the messages after. `line(number, client, place)` is what is sent, as which message of which client;
 * `acknowledged(number)` hears of each that was.
 */
export function publishing(words, { quality, line, acknowledged, many = 1 }) {
  let going = true;
  let next = 1;
  let clients = 0;
  let client;
  const ended = (async () => {
    while (going) {
      const first = next;
      clients += 1;
      // mosquitto_pub numbers its messages from 1 in the order of its lines.
      client = new Publisher([...words, "-q", String(quality)], (place) => acknowledged?.(first + place - 1));
      const more = setInterval(() => {
        for (let i = 0; i < many; i += 1, next += 1) client.send(line(next, clients, next - first + 1));
      }, 20);
      await client.closed;
      clearInterval(more);
      // Nobody may be there: a board tries again after a moment, too.
      if (going) await sleep(200);
    }
  })();
  const end = () => {
    going = false;
    client.child.kill("SIGKILL");
    return ended;
  };
  return { end };
}

/**
 * A device that keeps each report until it is told that it may forget it, and sends all it keeps once more when nothing was forgotten
 * for two seconds: a broker that dies loses what it acknowledged, and one that is back knows no subscriber at first. It reports every
 * 20 ms; `line(sequence)` is what it sends.
 */
export function keeping(words, { line }) {
  const kept = new Map();
  let going = true;
  let sequence = 0;
  let moved = Date.now();
  let client;
  const ended = (async () => {
    while (going) {
      client = new Publisher([...words, "-q", "1"]);
      const more = setInterval(() => {
        sequence += 1;
        kept.set(sequence, line(sequence));
        const stuck = Date.now() - moved > 2000;
        if (stuck) moved = Date.now();
        for (const one of stuck ? kept.values() : [kept.get(sequence)]) client.send(one);
      }, 20);
      await client.closed;
      clearInterval(more);
      if (going) await sleep(200);
    }
  })();
  return {
    /** Everything up to `last` is durable; gives what was kept until now. */
    forget: (last) => {
      const over = [...kept.keys()].filter((one) => one <= last);
      for (const one of over) kept.delete(one);
      if (over.length > 0) moved = Date.now();
      return over;
    },
    end: () => {
      going = false;
      client.child.kill("SIGKILL");
      return ended;
    },
  };
}

/** One client; its debug output names each acknowledgement. */
class Publisher {
  constructor(words, heard) {
    // Line by line: what was acknowledged before a kill must not stay in a buffer.
    this.child = spawn("stdbuf", ["-oL", "mosquitto_pub", "-h", "127.0.0.1", ...words.map(String), "-d", "-l"]);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        for (const line of lines) {
          const number = /received PUB(?:ACK|REC) \(Mid: (\d+)/.exec(line)?.[1];
          if (number) heard?.(Number(number));
        }
      });
    }
    this.child.stdin.on("error", () => {});
    this.closed = once(this.child, "close");
  }

  send(line) {
    this.child.stdin.write(`${line}\n`);
  }
}

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
          if (number) heard(Number(number));
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

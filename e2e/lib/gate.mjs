// A classic gate, played by stock clients: mosquitto for MQTT and curl for the camera's upload.
// A gate is known by its address, so each plays from one of its own on loopback.
import { spawn } from "node:child_process";
import { run } from "./run.mjs";
import { eventually } from "./wait.mjs";

export class ClassicGate {
  /** `address` such as 127.0.0.11, the same as the gate has in Settings. */
  constructor(gatebook, address) {
    this.address = address;
    this.ports = gatebook.ports;
    this.listeners = [];
  }

  /** Ends whatever still listens. */
  stop() {
    for (const child of this.listeners) child.kill();
  }

  publish(topic, message, { client = "ESP32-WROOM" } = {}) {
    const words = ["-h", "127.0.0.1", "-p", String(this.ports.classicMqtt), "-A", this.address, "-V", "mqttv311"];
    return run("mosquitto_pub", [...words, "-i", client, "-t", topic, "-m", message]);
  }

  /** What arrives for a board that listens, which it does when this returns. */
  async listen(topic, { client = "ESP32-CAM", qos = 1 } = {}) {
    const words = ["-h", "127.0.0.1", "-p", String(this.ports.classicMqtt), "-A", this.address, "-V", "mqttv311"];
    // Line by line: a pipe would otherwise hold back what was heard. Among it stands what the client itself does.
    const child = spawn("stdbuf", ["-oL", "mosquitto_sub", ...words, "-i", client, "-q", String(qos), "-t", topic, "-v", "-d"]);
    this.listeners.push(child);
    const lines = [];
    child.stdout.setEncoding("utf8").on("data", (text) => lines.push(...text.split("\n").filter(Boolean)));
    await eventually(`a board listens to ${topic}`, () => lines.some((line) => line.startsWith("Subscribed ")));
    const heard = () => lines.filter((line) => line.startsWith(`${topic} `));
    return { heard };
  }

  finger(number, clock) {
    return this.publish("camera/metadata", `${number},${clock}`);
  }

  trigger() {
    return this.publish("camera/trigger", "capture");
  }

  /** The camera's upload; the answer's status. */
  async upload(jpeg) {
    const url = `http://127.0.0.1:${this.ports.classicHttp}/upload`;
    const headers = ["-H", "Content-Type: image/jpeg", "-H", "X-Filename: capture.jpg"];
    const words = ["--silent", "--show-error", "--interface", this.address, "--output", "/dev/null", "--write-out", "%{http_code}"];
    return Number(await run("curl", [...words, ...headers, "--data-binary", `@${jpeg}`, url]));
  }

  /** The entry line, as the board sends it: a line break before and after. */
  entry(person, { tag, clock, date, day }) {
    const { number, name, age = "34", gender = "F", born = "1992-04-03", identity = "000000000001" } = person;
    const { phone = "555010", address = "1 Mill Lane, Flat 2, Riverton" } = person;
    const registered = [number, name, age, gender, born, identity, `${number}.jpg`, phone, address];
    const passage = [tag, date, clock, "", day, `${number}_${clock}.jpg`];
    return this.publish("esp32/new_entry", `\n${[...registered, ...passage].join(",")}\n`);
  }

  exit({ tag, date, clock, day }) {
    return this.publish("court/access", `${tag},${date},${clock},${day}`);
  }
}

/** Now, as a board in the zone of `zone` writes it. */
export function boardClock(zone = "UTC", at = new Date()) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    ...{ timeZone: zone, hourCycle: "h23", weekday: "long" },
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  }).formatToParts(at);
  const part = (type) => parts.find((one) => one.type === type).value;
  return {
    date: `${part("year")}-${part("month")}-${part("day")}`,
    clock: `${part("hour")}:${part("minute")}:${part("second")}`,
    day: part("weekday"),
  };
}

// SIGKILL under load: what was acknowledged is in the log, once, and the log verifies.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { publishing } from "../lib/load.mjs";
import { passages, twoGates } from "../lib/site.mjs";
import { eventually, sleep } from "../lib/wait.mjs";

const rounds = 3;

describe("the power fails under load", { timeout: 300_000 }, () => {
  let gatebook, api, device;
  const acknowledged = new Set();
  const sent = new Set();

  before(async () => {
    gatebook = await Gatebook.start();
    api = await Api.first(gatebook);
    const site = await twoGates(api);
    device = await nativeDevice(site.north.exit.id);
  });

  after(() => gatebook?.stop());

  async function nativeDevice(accessPoint) {
    const made = await api.post("/devices", { kind: "native", name: "turnstile-1", access_point: accessPoint });
    return api.post(`/devices/${made.id}/password`);
  }

  it("nothing acknowledged by PUBACK, PUBREC or 2xx is missing, and nothing stands there twice", async () => {
    for (let round = 1; round <= rounds; round += 1) {
      const load = [classicLoad(round), nativeLoad(round, 1), nativeLoad(round, 2), httpLoad(round)];
      await sleep(1500 + 700 * round);
      await gatebook.kill();
      for (const one of load) await one.end();
      await gatebook.run();
    }
    assert.ok(acknowledged.size > 100, `only ${acknowledged.size} were acknowledged: no load to speak of`);
    api = await Api.signIn(gatebook);
    const times = await eventually("every acknowledged observation is in the log", async () => {
      const counted = await countTags();
      const missing = [...acknowledged].filter((tag) => !counted.has(tag));
      if (missing.length > 0) throw new Error(`${missing.length} of ${acknowledged.size} missing, first ${missing[0]}`);
      return counted;
    });
    const doubled = [...times].filter(([, count]) => count > 1);
    assert.deepEqual(doubled, []);
    for (const tag of times.keys()) assert.ok(sent.has(tag), `${tag} was never sent`);
  });

  it("the log verifies after the failures", async () => {
    await gatebook.kill();
    const { code, output } = await gatebook.command("verify");
    assert.equal(code, 0, output);
    await gatebook.run();
  });

  async function countTags() {
    const counted = new Map();
    for (const { tag } of await passages(api)) if (tag) counted.set(tag.tag, (counted.get(tag.tag) ?? 0) + 1);
    return counted;
  }

  /** Exits of a classic controller at QoS 1. */
  function classicLoad(round) {
    const words = ["-p", gatebook.ports.classicMqtt, "-A", "127.0.0.11", "-V", "mqttv311", "-i", "ESP32-WROOM", "-t", "court/access"];
    return mqttLoad({ words, quality: 1, kind: `C${round}`, message: (tag) => `${tag},2026-03-02,09:15:00,Monday` });
  }

  function nativeLoad(round, quality) {
    const boot = `boot-${round}-${quality}`;
    const words = ["-p", gatebook.ports.mqtt, "-u", device.name, "-P", device.password, "-t", `gatebook/v1/${device.name}/observation`];
    const message = (tag, sequence) => JSON.stringify({ boot_id: boot, sequence, saw: "tag", tag });
    return mqttLoad({ words, quality, kind: `A${quality}${round}`, message });
  }

  function mqttLoad({ words, quality, kind, message }) {
    const line = (number) => {
      sent.add(tagOf(kind, number));
      return message(tagOf(kind, number), number);
    };
    return publishing(words, { quality, line, acknowledged: (number) => acknowledged.add(tagOf(kind, number)), many: 10 });
  }

  function httpLoad(round) {
    const authorization = `Basic ${Buffer.from(`${device.name}:${device.password}`).toString("base64")}`;
    const url = `http://127.0.0.1:${gatebook.ports.http}/api/v1/devices/observations`;
    let going = true;
    const ended = (async () => {
      for (let sequence = 1; going; sequence += 1) {
        const tag = tagOf(`B${round}`, sequence);
        sent.add(tag);
        const body = JSON.stringify({ boot_id: `http-${round}`, sequence, saw: "tag", tag });
        const headers = { authorization, "content-type": "application/json" };
        const answer = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
        if (answer?.ok) acknowledged.add(tag);
        if (!answer) break;
      }
    })();
    return { end: () => ((going = false), ended) };
  }
});

/** A tag's text: hex, as readers print it. */
function tagOf(kind, count) {
  return `${kind}${Number(count).toString(16).toUpperCase().padStart(6, "0")}`;
}

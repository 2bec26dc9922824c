// A site of every part there is: edge, private part, two recognition workers, PostgreSQL, a broker. Each is killed
// in turn while devices report and a camera station sends frames: nothing acknowledged is missing, and pages recover.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import os from "node:os";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, keepLabels, labels, openPage, panel, signIn } from "../lib/browser.mjs";
import { OwnServer } from "../lib/database.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { keeping, publishing } from "../lib/load.mjs";
import { Mosquitto } from "../lib/mosquitto.mjs";
import { addPerson, enrol, passages, twoGates } from "../lib/site.mjs";
import { eventually, sleep } from "../lib/wait.mjs";
import { film } from "../lib/webcam.mjs";

const name = "Victor Example";
/** How long devices report before a part is killed, and after it is back, in milliseconds. */
const under = 1500;

describe("each part of a site is killed in turn under load", { timeout: 600_000 }, () => {
  let server, broker, gatebook, api, booth, desk, page, gate, behind, load;
  const acknowledged = new Set();
  const times = [];

  before(async () => {
    const where = await studio();
    [server, broker] = await Promise.all([OwnServer.start(), Mosquitto.start()]);
    const more = ["--set", `mqtt.broker.url=${broker.url}`];
    gatebook = await Gatebook.start({ spread: true, workers: 2, database: server.url, more });
    api = await Api.first(gatebook);
    gate = (await twoGates(api)).north;
    const device = (at) => api.post("/devices", { kind: "native", name: "turnstile-1", access_point: at.id });
    behind = await device(gate.entry);
    const photographs = [];
    for (const column of [1, 3, 5]) photographs.push(await portrait(where, { column }));
    await enrol(api, await addPerson(api, { number: "501", name }), photographs);
    booth = await browser({ film: await film(where, "one-man", [{ column: 4 }]) });
    desk = await browser();
    await startStation();
    page = await openPage(desk);
    await keepLabels(page);
    await signIn(page, gatebook.address);
    await namedSince(Date.now(), 60_000);
    load = startLoad();
    await eventually("devices are acknowledged by both ways", () => ["C", "B"].every((way) => [...acknowledged].some((tag) => tag.startsWith(way))));
  });

  after(async () => {
    for (const one of load ?? []) await one.end();
    await booth?.close();
    await desk?.close();
    await gatebook?.stop();
    await broker?.stop();
    await server?.stop();
  });

  it("a worker: another takes its frames over within 5 s, and pages name it until it is back", async () => {
    const [first] = gatebook.parts.workers;
    await away("worker", /Recognition worker worker-1 is not connected/, {
      kill: () => first.end("SIGKILL"),
      meanwhile: async (gone) => note("worker: its frames are taken over by the other", await namedSince(gone)),
      run: () => first.run(),
    });
  });

  it("a worker that is added while it runs takes frames when both others are gone", async () => {
    const added = await gatebook.parts.worker("worker-3");
    gatebook.parts.workers.push(added);
    await gatebook.parts.ready();
    const others = gatebook.parts.workers.slice(0, 2);
    const gone = Date.now();
    await Promise.all(others.map((worker) => worker.end("SIGKILL")));
    note("two of three workers: their frames are taken over by the added one", await namedSince(gone));
    for (const worker of others) await worker.run();
    await gatebook.parts.ready();
    // One that is not missed afterwards.
    await added.end();
    gatebook.parts.workers.pop();
    const { code, output } = await gatebook.command("node", "revoke", "worker-3");
    assert.equal(code, 0, output);
    await page.getByText(/is not connected/).first().waitFor({ state: "hidden" });
  });

  it("the edge: pages say that there is no connection, and go on when it is back", async () => {
    const { edge } = gatebook.parts;
    await away("edge", /No live connection/, {
      kill: () => edge.end("SIGKILL"),
      run: () => edge.run(`http://127.0.0.1:${gatebook.ports.edge}/readyz`),
    });
    note("edge: the camera station's frames are looked at again", await namedSince(Date.now(), 30_000));
  });

  it("the private part: pages say so, and go on when it is back", async () => {
    await away("private part", /The private part of Gatebook cannot be reached/, {
      kill: () => gatebook.kill(),
      run: () => gatebook.run(),
    });
    note("private part: the camera station's frames are looked at again", await namedSince(Date.now(), 30_000));
  });

  it("PostgreSQL: every page says so, those opened meanwhile wait for it, and all go on by themselves", async () => {
    const late = await openPage(desk, { storageState: await page.context().storageState() });
    await late.goto(`${gatebook.address}/people`);
    await late.getByRole("table").getByRole("link", { name }).waitFor();
    await away("PostgreSQL", /The database has not answered since/, {
      kill: () => server.kill(),
      meanwhile: async () => {
        const { status } = await fetch(`http://127.0.0.1:${gatebook.ports.http}/readyz`);
        assert.equal(status, 503);
        await late.getByText(/The database has not answered since/).waitFor();
        await late.goto(`${gatebook.address}/log`);
        await late.getByText("The database does not answer").first().waitFor();
        assert.equal((await late.getByText("A fault of the server").count()) + (await page.getByText("A fault of the server").count()), 0);
      },
      run: () => server.run(),
    });
    await late.getByRole("heading", { level: 1, name: "Log" }).waitFor();
    await late.getByText(/The database has not answered|does not answer/).first().waitFor({ state: "hidden" });
    await late.context().close();
    note("PostgreSQL: the camera station's frames are looked at again", await namedSince(Date.now(), 30_000));
  });

  it("the broker: pages name it, and what devices keep comes when it is back", async () => {
    await away("broker", /MQTT broker \S+ is not connected/, { kill: () => broker.kill(), run: () => broker.run() });
    const before = acknowledged.size;
    await eventually("devices behind the broker are heard again", () => [...acknowledged].slice(before).some((tag) => tag.startsWith("B")));
  });

  it("everything that was acknowledged is in the log, once, and the log verifies", async () => {
    for (const one of load) await one.end();
    const logged = await eventually("all of it is there", async () => {
      const tags = (await passages(api)).flatMap((passage) => passage.tag?.tag ?? []);
      const known = new Set(tags);
      const missing = [...acknowledged].filter((tag) => !known.has(tag));
      if (missing.length > 0) throw new Error(`${missing.length} of ${acknowledged.size} are missing, first ${missing[0]}`);
      return tags;
    });
    assert.equal(new Set(logged).size, logged.length, "something stands there twice");
    assert.ok(acknowledged.size > 500, `only ${acknowledged.size} were acknowledged: no load to speak of`);
    await gatebook.kill();
    const { code, output } = await gatebook.command("verify");
    assert.equal(code, 0, output);
    console.log([...times, `acknowledged ${acknowledged.size}, missing 0, twice 0; load average ${os.loadavg()[0].toFixed(1)}`].join("\n"));
  });

  /** Kills a part under load, waits until the page says so, starts it again, and waits until the page has gone on. */
  async function away(part, words, { kill, meanwhile, run }) {
    await sleep(under);
    const banner = page.getByText(words).first();
    const gone = Date.now();
    await kill();
    await banner.waitFor();
    note(`${part}: the page says so`, Date.now() - gone);
    await meanwhile?.(gone);
    const start = Date.now();
    await run();
    const ready = Date.now();
    note(`${part}: it is ready after its start`, ready - start);
    await banner.waitFor({ state: "hidden" });
    note(`${part}: the page has gone on after that`, Date.now() - ready);
    await gatebook.parts.ready();
    const before = acknowledged.size;
    await eventually("devices are acknowledged again", () => acknowledged.size > before + 20);
    await page.goto(`${gatebook.address}/live`);
    await panel(page, "Feed").waitFor();
    await feedRows(page, "North gate, exit").first().waitFor();
  }

  function note(what, ms) {
    times.push(`${what}: ${ms} ms`);
  }

  /** Waits until the name is over the video again, in a frame that was sent after `moment`; how long that took. */
  async function namedSince(moment, within = 5000) {
    // A frame that was looked at before may still be on its way.
    const settled = moment + 300;
    return eventually(
      "somebody is named over the video",
      async () => {
        const after = (await page.evaluate(() => window.labels)).find((label) => label.at > settled && label.text.startsWith(name));
        return after && Math.round(after.at - moment);
      },
      { within: within + 300, every: 50 },
    );
  }

  async function startStation() {
    const station = await openPage(booth);
    await signIn(station, gatebook.address);
    await station.goto(`${gatebook.address}/station`);
    await station.getByLabel("Name of the camera").fill("Webcam at the gate");
    await station.getByLabel("It watches").selectOption({ label: gate.entry.name });
    await station.getByRole("button", { name: "Add and start" }).click();
    await station.getByText(/frames\/s/).waitFor();
  }

  /** A classic board at QoS 1, and a device behind the broker, which keeps each report until `committed` covers it. */
  function startLoad() {
    const board = ["-p", gatebook.ports.classicMqtt, "-A", gate.address, "-V", "mqttv311", "-i", "ESP32-WROOM", "-t", "court/access"];
    const classic = publishing(board, {
      quality: 1,
      line: (number) => `${tagOf("C", number)},2026-03-02,09:15:00,Monday`,
      acknowledged: (number) => acknowledged.add(tagOf("C", number)),
    });
    const own = ["-p", broker.port, "-t", `gatebook/v1/${behind.name}/observation`];
    const native = keeping(own, {
      line: (sequence) => JSON.stringify({ boot_id: "boot-1", sequence, saw: "tag", tag: tagOf("B", sequence) }),
    });
    const heard = listening(broker.port, `gatebook/v1/${behind.name}/committed`, ({ sequence }) => {
      for (const one of native.forget(sequence)) acknowledged.add(tagOf("B", one));
    });
    return [classic, native, heard];
  }
});

/** Hears each message of a topic at a broker, also after the broker was away. */
function listening(port, topic, hear) {
  const child = spawn("stdbuf", ["-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", String(port), "-t", topic, "-q", "1"]);
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) hear(JSON.parse(line));
  });
  return { end: () => child.kill() };
}

/** A tag's text: hex, as readers print it. */
function tagOf(way, number) {
  return `${way}${number.toString(16).toUpperCase().padStart(7, "0")}`;
}

// A site on several hosts: the page stands at the edge, the house behind it. Parts go and come back.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, openPage, panel, signIn } from "../lib/browser.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { ClassicGate, boardClock } from "../lib/gate.mjs";
import { addPerson, passages, twoGates } from "../lib/site.mjs";
import { run } from "../lib/run.mjs";
import { eventually, sleep } from "../lib/wait.mjs";

const asha = { number: "11", name: "Asha Verma" };

describe("a site on several hosts", { timeout: 300_000 }, () => {
  let gatebook, api, gate, chrome, page;
  const acknowledged = new Set();

  before(async () => {
    gatebook = await Gatebook.start({ spread: true });
    api = await Api.first(gatebook);
    const site = await twoGates(api);
    await addPerson(api, asha);
    gate = new ClassicGate(gatebook, site.north.address);
    chrome = await browser();
    page = await openPage(chrome);
    await signIn(page, gatebook.address);
  });

  after(async () => {
    await chrome?.close();
    await gatebook?.stop();
  });

  /** Somebody leaves with a tag; it counts once the board has its acknowledgement. */
  async function leave(tag) {
    await gate.publish("court/access", `${tag},${boardClock().date},${boardClock().clock},${boardClock().day}`);
  }

  it("a passage at a gate is on the page at the edge at once", async () => {
    await leave("AA01");
    await feedRows(page, "North gate, exit").first().waitFor();
  });

  it("the page goes over a WebSocket, not by asking again and again", async () => {
    const polled = [];
    page.on("request", (request) => request.url().includes("transport=polling") && polled.push(request.url()));
    await page.reload();
    await panel(page, "Feed").waitFor();
    await sleep(3000);
    assert.deepEqual(polled, []);
  });

  it("the Devices page lists the parts", async () => {
    await page.goto(`${gatebook.address}/devices`);
    const rows = panel(page, "Parts of Gatebook").getByRole("row");
    await rows.filter({ hasText: "front" }).getByText("Connected", { exact: true }).waitFor();
    await rows.filter({ hasText: "worker-1" }).getByText("Connected", { exact: true }).waitFor();
  });

  it("a worker that goes shows on every page, raises an alert, and both end when it is back", async () => {
    const [worker] = gatebook.parts.workers;
    await page.goto(`${gatebook.address}/live`);
    const banner = page.getByText(/Recognition worker worker-1 is not connected/);
    await worker.end("SIGKILL");
    const gone = Date.now();
    await banner.waitFor();
    console.log(`a lost worker is shown after ${Date.now() - gone} ms`);
    const open = await eventually("an alert is raised", async () => {
      const alerts = await api.get("/alerts?open=true");
      return alerts.find((alert) => alert.kind === "part_lost");
    });
    assert.ok(open.id);
    await worker.run();
    await banner.waitFor({ state: "hidden" });
  });

  it("while the private part is down under load the page says so, and goes on by itself when it is back", async () => {
    await page.goto(`${gatebook.address}/live`);
    await panel(page, "Feed").waitFor();
    const load = startLoad();
    await sleep(1500);
    await gatebook.kill();
    const down = Date.now();
    const banner = page.getByText(/The private part of Gatebook cannot be reached/);
    await banner.waitFor();
    console.log(`the page says so after ${Date.now() - down} ms`);
    const late = await openPage(chrome);
    await late.goto(`${gatebook.address}/live`);
    await late.getByText("The private part of Gatebook cannot be reached").first().waitFor();
    await load.end();
    const restarted = Date.now();
    await gatebook.run();
    const ready = Date.now();
    await banner.waitFor({ state: "hidden" });
    console.log(`it is ready ${ready - restarted} ms after its start, the page ${Date.now() - ready} ms after that`);
    await late.getByLabel("Name").waitFor();
    await late.context().close();
    await leave("BB02");
    await feedRows(page, "North gate, exit").first().waitFor();
    const tags = await eventually("everything acknowledged is in the log", async () => {
      const found = (await passages(api)).map((passage) => passage.tag?.tag);
      const missing = [...acknowledged].filter((tag) => !found.includes(tag));
      if (missing.length > 0) throw new Error(`${missing.length} of ${acknowledged.size} are missing`);
      return found;
    });
    assert.equal(new Set(tags).size, tags.length, "nothing stands there twice");
    assert.ok(acknowledged.size > 5, `only ${acknowledged.size} were acknowledged`);
  });

  it("an edge that goes and comes back keeps everybody signed in", async () => {
    await gatebook.parts.edge.end("SIGKILL");
    await page.getByText(/No live connection/).waitFor();
    await gatebook.parts.edge.run(`http://127.0.0.1:${gatebook.ports.edge}/readyz`);
    await page.getByText(/No live connection/).waitFor({ state: "hidden" });
    await panel(page, "Feed").waitFor();
    assert.equal((await api.get("/session")).me.name, "warden");
  });

  /** Tags at the exit, one after another, each waited for at QoS 1, until told to end. */
  function startLoad() {
    let going = true;
    const ended = (async () => {
      for (let n = 1; going; n += 1) {
        const tag = `C${n.toString(16).toUpperCase().padStart(5, "0")}`;
        const words = ["-h", "127.0.0.1", "-p", String(gatebook.ports.classicMqtt), "-A", gate.address, "-V", "mqttv311"];
        const line = `${tag},2026-03-02,09:15:00,Monday`;
        const sent = run("mosquitto_pub", [...words, "-i", "ESP32-WROOM", "-q", "1", "-t", "court/access", "-m", line]);
        // Without its acknowledgement it does not end well.
        if (await sent.then(() => true, () => false)) acknowledged.add(tag);
        else break;
      }
    })();
    return { end: () => ((going = false), ended) };
  }
});

// The whole house in the network that the table of flows makes, used from outside with a browser. This
// file runs on the host `outside`: the browser and the API's client are there too.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, firstSignIn, keepLabels, labels, openPage, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { hosts, knock, runOn } from "../lib/hosts.mjs";
import { addPerson, enrol, passages } from "../lib/site.mjs";
import { eventually, sleep } from "../lib/wait.mjs";
import { film } from "../lib/webcam.mjs";
import { House } from "./house.mjs";

// The site's own authority is not installed on this machine.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
const anyAuthority = { ignoreHTTPSErrors: true };
const everyPort = "1-65535";
const name = "Victor Example";

describe("a house on several hosts", { timeout: 900_000 }, () => {
  let house, api, booth, desk, boothPage, deskPage, photographs, door;

  before(async () => {
    const where = await studio();
    photographs = [];
    for (const column of [1, 3, 5, 11]) photographs.push(await portrait(where, { column }));
    booth = await browser({ film: await film(where, "two-people", [{ column: 4 }, { row: 1, column: 6 }]) });
    desk = await browser();
    house = await House.start();
  });

  after(async () => {
    await booth?.close();
    await desk?.close();
    await house?.stop();
  });

  it("shows outside the edge's one port and nothing else, with everything running", async () => {
    const inner = Object.keys(hosts).filter((host) => host !== "outside");
    assert.deepEqual(await knock("outside", inner, everyPort), ["edge tcp/443"]);
  });

  it("lets the edge and a worker reach the private part's link and nothing else, PostgreSQL least of all", async () => {
    for (const [from, others] of [["edge", ["api", "database", "vision1", "vision2"]], ["vision1", ["api", "database", "edge", "vision2"]]]) {
      assert.deepEqual(await knock(from, others, "22,443,1883,1884,5000,5432,7443,8080"), ["api tcp/7443"], from);
    }
    assert.deepEqual(await knock("api", ["database"], everyPort), ["database tcp/5432"]);
  });

  it("is set up from outside by the one-time link", async () => {
    deskPage = await openPage(desk, anyAuthority);
    await firstSignIn(deskPage, await house.oneTimeLink());
    api = await Api.signIn(house);
    const area = await api.post("/areas", { name: "Office" });
    await api.post("/access-points", { name: "Front door", direction: "entry", area: area.id });
    await deskPage.goto(`${house.address}/live`);
  });

  it("shows a stranger before a webcam outside in the feed of another browser", async () => {
    boothPage = await openPage(booth, anyAuthority);
    await keepLabels(boothPage);
    await signIn(boothPage, house.address);
    await boothPage.goto(`${house.address}/station`);
    await boothPage.getByLabel("Name of the camera").fill("Webcam at the door");
    await boothPage.getByLabel("It watches").selectOption({ label: "Front door" });
    await boothPage.getByRole("button", { name: "Add and start" }).click();
    await feedRows(deskPage, "Stranger", "Front door").first().waitFor();
  });

  it("names somebody enrolled from other photographs, and logs the arrival", async () => {
    await enrol(api, await addPerson(api, { number: "501", name }), photographs);
    await eventually("the name is over the left face", async () => (await leftLabels()).some((label) => label.text.startsWith(name)), { within: 60_000 });
    await feedRows(deskPage, name, "Front door").first().waitFor();
    await deskPage.goto(`${house.address}/people`);
    await deskPage.getByRole("searchbox").fill("victor");
    await deskPage.getByRole("table").getByRole("link", { name }).waitFor();
    assert.ok(Number(await house.database.sql("gatebook", "select count(*) from information_schema.tables where table_schema = 'public'")) > 10);
  });

  it("goes on recognising when one worker's power fails", async () => {
    await house.kill("vision1");
    await sleep(5000);
    const seen = await leftLabels({ seconds: 2 });
    assert.ok(seen.some((label) => label.text.startsWith(name)), "nobody took over within 5 s");
  });

  it("takes a tag from a device of the devices' network by MQTT", async () => {
    const point = (await api.get("/access-points")).find((one) => one.name === "Front door");
    const device = await api.post("/devices", { kind: "native", name: "door-1", access_point: point.id });
    door = await api.post(`/devices/${device.id}/password`);
    await report(1);
    await eventually("the tag is in the log", async () => (await tags()).includes(tag(1)));
  });

  it("loses nothing acknowledged when the power of PostgreSQL fails under load, and goes on by itself", async () => {
    const acknowledged = [];
    let going = true;
    const load = (async () => {
      for (let n = 2; going; n += 1) await report(n).then(() => acknowledged.push(tag(n)), () => {});
    })();
    await sleep(2000);
    await house.database.kill();
    await sleep(2000);
    await house.database.run();
    const before = acknowledged.length;
    await eventually("devices are heard again", () => acknowledged.length > before + 5, { within: 60_000 });
    going = false;
    await load;
    await eventually("everything acknowledged is in the log", async () => {
      const logged = await tags();
      const missing = acknowledged.filter((one) => !logged.includes(one));
      if (missing.length > 0) throw new Error(`${missing.length} of ${acknowledged.length} are missing`);
      assert.equal(new Set(logged).size, logged.length, "something stands there twice");
      return true;
    });
  });

  function tag(sequence) {
    return `04${sequence.toString(16).toUpperCase().padStart(6, "0")}`;
  }

  /** The device reports a tag; done once that is acknowledged, an error when it is not within 10 s. */
  function report(sequence) {
    const message = JSON.stringify({ boot_id: "b1", sequence, saw: "tag", tag: tag(sequence) });
    const who = ["-i", door.name, "-u", door.name, "-P", door.password];
    const what = ["-q", "1", "-t", `gatebook/v1/${door.name}/observation`, "-m", message];
    return runOn("devices", "timeout", ["10", "mosquitto_pub", "-h", hosts.api.address, "-p", "1884", ...who, ...what]);
  }

  /** The tags of the log's passages. */
  async function tags() {
    return (await passages(api)).flatMap((passage) => passage.tag?.tag ?? []);
  }

  function leftLabels(options) {
    return labels(boothPage, options).then((all) => all.filter((label) => label.x < 0.5));
  }
});

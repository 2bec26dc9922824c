// Two classic gates behind a broker of the site's own: entered on the page, played by stock clients, and
// the broker's absence shown.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, openPage, signIn } from "../lib/browser.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { boardClock } from "../lib/gate.mjs";
import { Mosquitto } from "../lib/mosquitto.mjs";
import { run } from "../lib/run.mjs";
import { addPerson, passages } from "../lib/site.mjs";
import { eventually } from "../lib/wait.mjs";

const asha = { number: "11", name: "Asha Verma", tag: "4AB3" };
const omar = { number: "12", name: "Omar Haddad", tag: "7F01C2" };

describe("two gates behind a broker", { timeout: 180_000 }, () => {
  let broker, gatebook, api, chrome, page;
  const points = {};

  before(async () => {
    broker = await Mosquitto.start();
    gatebook = await Gatebook.start({ more: ["--set", `mqtt.broker.url=${broker.url}`] });
    api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "Court" });
    for (const gate of ["north", "south"]) {
      points[gate] = await api.post("/access-points", { name: `${gate} door`, direction: "both", area: area.id });
    }
    for (const person of [asha, omar]) person.id = (await addPerson(api, person)).id;
    chrome = await browser();
    page = await openPage(chrome);
    await signIn(page, gatebook.address);
  });

  after(async () => {
    await chrome?.close();
    await gatebook?.stop();
    await broker?.stop();
  });

  const publish = (topic, message) =>
    run("mosquitto_pub", ["-h", "127.0.0.1", "-p", String(broker.port), "-t", topic, "-m", message]);

  function entry(person, { clock, date, day }) {
    const registered = [person.number, person.name, "", "", "", "", "", "", "1 Mill Lane, Riverton"];
    return `\n${[...registered, person.tag, date, clock, "", day, `${person.number}_${clock}.jpg`].join(",")}\n`;
  }

  it("a gate is entered with the prefix of its topics alone, and listened to at once", async () => {
    await page.goto(`${gatebook.address}/settings?tab=gates`);
    for (const gate of ["north", "south"]) {
      await page.getByRole("button", { name: "Add a gate" }).first().click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Name", { exact: true }).fill(gate);
      await dialog.getByLabel("Topic prefix at the broker").fill(`gates/${gate}`);
      await dialog.getByLabel("Entries happen at").selectOption(points[gate].id);
      await dialog.getByLabel("Exits happen at").selectOption(points[gate].id);
      await dialog.getByRole("button", { name: "Save" }).click();
      await dialog.waitFor({ state: "detached" });
      await page.getByText(`gates/${gate}`).first().waitFor();
    }
  });

  it("interleaved messages of both gates become the right person's entries at the right gate", async () => {
    const now = boardClock((await api.get("/session")).time_zone);
    await page.goto(`${gatebook.address}/live`);
    await publish("gates/north/camera/metadata", `${asha.number},${now.clock}`);
    await publish("gates/south/camera/metadata", `${omar.number},${now.clock}`);
    await publish("gates/south/esp32/new_entry", entry(omar, now));
    await publish("gates/north/esp32/new_entry", entry(asha, now));
    const found = await eventually("both entries stand in the log", async () => {
      const two = await passages(api);
      return two.length === 2 && two;
    });
    for (const [person, gate] of [[asha, "north"], [omar, "south"]]) {
      const passage = found.find((one) => one.person?.id === person.id);
      assert.equal(passage.access_point.id, points[gate].id);
      assert.equal(passage.tag.tag, person.tag);
      await feedRows(page, person.name, points[gate].name).waitFor();
    }
  });

  it("a broker that is killed is named on the page until it is back", async () => {
    await broker.kill();
    const banner = page.getByText("MQTT broker").filter({ hasText: "is not connected" });
    await banner.waitFor();
    await broker.run();
    await banner.waitFor({ state: "detached" });
  });
});

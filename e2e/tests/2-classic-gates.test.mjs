// Two classic gates at once, played by stock clients, their messages interleaved.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, openPage, panel, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { ClassicGate, boardClock } from "../lib/gate.mjs";
import { addPerson, passages, twoGates } from "../lib/site.mjs";
import { eventually } from "../lib/wait.mjs";

const asha = { number: "11", name: "Asha Verma", tag: "4AB3" };
const omar = { number: "12", name: "Omar Haddad", tag: "7F01C2" };

describe("two classic gates", { timeout: 240_000 }, () => {
  let gatebook, api, site, north, south, chrome, page, ashaPicture, omarPicture;

  before(async () => {
    const where = await studio();
    ashaPicture = await portrait(where, { row: 1, column: 6 }, { size: 600 });
    omarPicture = await portrait(where, { row: 0, column: 3 }, { size: 600 });
    gatebook = await Gatebook.start();
    api = await Api.first(gatebook);
    site = await twoGates(api);
    for (const person of [asha, omar]) person.id = (await addPerson(api, person)).id;
    north = new ClassicGate(gatebook, site.north.address);
    south = new ClassicGate(gatebook, site.south.address);
    chrome = await browser();
    page = await openPage(chrome);
    await signIn(page, gatebook.address);
  });

  after(async () => {
    for (const gate of [north, south]) gate?.stop();
    await chrome?.close();
    await gatebook?.stop();
  });

  it("each passage gets its own person, tag and picture, and each board only its own gate's messages", async () => {
    const boards = await Promise.all([north, south].map((gate) => gate.listen("camera/trigger")));
    // The controllers of both gates use one client id, as boards in the field do.
    const controllers = [north, south].map((gate) => gate.listen("camera/ack", { client: "ESP32Client", qos: 0 }));
    const answers = await Promise.all(controllers);
    await bothEnter();
    const found = await eventually("both entries stand in the log", async () => {
      const two = await passages(api);
      return two.length === 2 && two;
    });
    const of = (person) => found.find((passage) => passage.person?.id === person.id);
    assert.equal(of(asha).access_point.id, site.north.entry.id);
    assert.equal(of(omar).access_point.id, site.south.entry.id);
    assert.equal(of(asha).tag.tag, asha.tag);
    assert.equal(of(omar).tag.tag, omar.tag);
    assert.deepEqual(await api.picture(of(asha).picture), await readFile(ashaPicture));
    assert.deepEqual(await api.picture(of(omar).picture), await readFile(omarPicture));
    for (const passage of found) assert.equal(passage.reported, true);
    await eventually("each controller hears of its picture", () => answers.every((answer) => answer.heard().length > 0));
    for (const board of boards) assert.deepEqual(board.heard(), ["camera/trigger capture"]);
    for (const answer of answers) assert.deepEqual(answer.heard(), ["camera/ack image_uploaded"]);
  });

  async function bothEnter() {
    const now = boardClock(await zone());
    await north.finger(asha.number, now.clock);
    await south.finger(omar.number, now.clock);
    await south.trigger();
    await north.trigger();
    assert.equal(await south.upload(omarPicture), 200);
    assert.equal(await north.upload(ashaPicture), 200);
    await south.entry(omar, { ...now, tag: omar.tag });
    await north.entry(asha, { ...now, tag: asha.tag });
  }

  async function zone() {
    return (await api.get("/session")).time_zone;
  }

  it("the live page shows both entries with the right pictures, and who is inside", async () => {
    for (const [person, gate, picture] of [
      [asha, site.north, ashaPicture],
      [omar, site.south, omarPicture],
    ]) {
      const row = feedRows(page, person.name, gate.entry.name);
      await row.waitFor();
      assert.match(await row.innerText(), /Entry/);
      assert.deepEqual(await shownPicture(row), await readFile(picture));
    }
    const inside = panel(page, "Inside now");
    await inside.getByText(asha.name).waitFor();
    await inside.getByText(omar.name).waitFor();
  });

  /** The bytes of the picture that a row shows. */
  async function shownPicture(row) {
    const source = await row.locator("img").first().getAttribute("src");
    const response = await page.request.get(new URL(source, gatebook.address).href);
    return response.body();
  }

  it("an exit closes the visit, and the page shows it without a reload", async () => {
    const now = boardClock(await zone());
    await north.exit({ ...now, tag: asha.tag });
    await feedRows(page, asha.name, site.north.exit.name).waitFor();
    const inside = panel(page, "Inside now");
    await inside.getByText(asha.name).waitFor({ state: "detached" });
    await inside.getByText(omar.name).waitFor();
    const visits = await api.get(`/people/${asha.id}/visits`);
    assert.equal((visits.visits ?? visits).length, 1);
    assert.ok((visits.visits ?? visits)[0].left_at);
  });

  it("the log page finds the person's passages", async () => {
    await page.goto(`${gatebook.address}/log`);
    const log = page.getByRole("main");
    await log.getByText(asha.name).filter({ visible: true }).first().waitFor();
    await log.getByText(site.north.exit.name).filter({ visible: true }).first().waitFor();
  });

  it("an address that is no gate's is refused and named on the devices page", async () => {
    const stranger = new ClassicGate(gatebook, "127.0.0.77");
    await assert.rejects(stranger.finger("11", "10:00:00"));
    await page.goto(`${gatebook.address}/devices`);
    await page.getByText("127.0.0.77").first().waitFor();
  });

  it("nothing was complained about in the browser's console", () => {
    assert.deepEqual(page.complaints, []);
  });
});

// Somebody unknown comes twice, as two photographs show him, and is one stranger who was seen before; with a name he becomes
// a person with both passages, and is named when he comes again. Another one is erased on demand, and once more by time.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, keepLabels, labels, openPage, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { examine, looks } from "../lib/looks.mjs";
import { comings } from "../lib/webcam.mjs";
import { eventually } from "../lib/wait.mjs";

const name = "Victor Example";
// Two photographs of one man, and somebody else: see lib/faces.mjs. Between them nobody is there for longer than a track lasts.
const visits = [
  { tile: { column: 1 }, from: 0, until: 9 },
  { tile: { column: 2 }, from: 21, until: 30 },
  { tile: { row: 2, column: 11 }, from: 42, until: 51 },
];
const seconds = 63;

describe("strangers", { timeout: 900_000 }, () => {
  let gatebook, api, booth, desk, boothPage, page, where, stranger, passages;

  before(async () => {
    where = await studio();
    gatebook = await Gatebook.start();
    api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "Office" });
    await api.post("/access-points", { name: "Front door", direction: "entry", area: area.id });
    booth = await browser({ film: await comings(where, "comings", visits, seconds) });
    desk = await browser();
    page = await openPage(desk);
    await signIn(page, gatebook.address);
  });

  after(async () => {
    await booth?.close();
    await desk?.close();
    await gatebook?.stop();
  });

  it("of whom nobody came yet are told in a sentence", async () => {
    await page.goto(`${gatebook.address}/people?view=strangers`);
    await page.getByText("No stranger is kept").waitFor();
    assert.deepEqual(await examine(page, "strangers-none", looks[0]), []);
  });

  it("one who comes twice is one, seen before, with a face for each time", async () => {
    boothPage = await openPage(booth);
    await keepLabels(boothPage);
    await signIn(boothPage, gatebook.address);
    await boothPage.goto(`${gatebook.address}/station`);
    await boothPage.getByLabel("Name of the camera").fill("Webcam at the door");
    await boothPage.getByLabel("It watches").selectOption({ label: "Front door" });
    await boothPage.getByRole("button", { name: "Add and start" }).click();
    const both = await eventually("one came twice, and another one came", async () => {
      const kept = await api.get("/strangers");
      return kept.length >= 2 && kept.some((one) => one.times >= 2) && kept;
    }, { within: 180_000 });
    assert.equal(both.length, 2, `two people are two strangers: ${JSON.stringify(both)}`);
    stranger = both.find((one) => one.times >= 2);
    await page.goto(`${gatebook.address}/people?view=strangers`);
    const card = cards().filter({ hasText: "Seen before" }).first();
    await card.getByRole("button", { name: "When" }).click();
    const faces = page.getByRole("dialog").locator("img");
    await eventually("the faces of both times are shown", async () => {
      const widths = await faces.evaluateAll((images) => images.map((image) => image.naturalWidth));
      return widths.length >= 2 && widths.every((width) => width > 100);
    });
    await page.getByRole("dialog").getByRole("link", { name: "Open in the log" }).first().click();
    await page.getByRole("dialog").getByText("Seen before").waitFor();
  });

  it("are found by a picture, whoever is alike first", async () => {
    await searchByPicture();
    const [first, second] = await page.getByText(/^Likeness/).allInnerTexts();
    assert.ok(Number(first.split(" ")[1]) > Number(second.split(" ")[1]), `${first}, ${second}`);
    await cards().first().getByText("Seen before").waitFor();
  });

  it("are readable by everybody: light, dark, on a phone", async () => {
    const findings = [];
    for (const look of looks) {
      const seen = await openPage(desk, look.options);
      await signIn(seen, gatebook.address);
      await seen.goto(`${gatebook.address}/people?view=strangers`);
      await seen.getByRole("button", { name: "When" }).first().waitFor();
      findings.push(...(await examine(seen, "strangers", look)));
      await seen.getByRole("button", { name: "Make a person" }).first().click();
      await seen.getByLabel("Name", { exact: true }).waitFor();
      findings.push(...(await examine(seen, "strangers-known", look)));
      await seen.context().close();
    }
    assert.equal(findings.join("\n"), "");
  });

  it("one becomes a person by one click, with the passages", async () => {
    passages = await api.get(`/strangers/${stranger.id}`);
    await searchByPicture();
    await cards().first().getByRole("button", { name: "Make a person" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Person number").fill("777");
    await page.getByRole("dialog").getByRole("button", { name: "Make a person" }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    const person = page.url().split("/").at(-1);
    const log = await api.get(`/log?person=${person}&limit=100`);
    for (const passage of passages) {
      const entry = await api.get(`/log/${passage.event}`);
      assert.equal(entry.corrected_by.length, 1, "the entry stands, with the correction beside it");
    }
    assert.ok(log.entries.length >= passages.length, "the passages are in the person's log");
  });

  it("that person is named when he comes again", async () => {
    await eventually("the name is over the face", async () => (await labels(boothPage)).some((label) => label.text.startsWith(name)), { within: 120_000 });
  });

  it("one who is erased is gone with face and picture", async () => {
    const [other] = await eventually("the other one is kept", async () => {
      const kept = await api.get("/strangers");
      return kept.length > 0 && kept;
    }, { within: 120_000 });
    const seen = await api.get(`/strangers/${other.id}`);
    await page.goto(`${gatebook.address}/people?view=strangers`);
    await cards().first().getByRole("button", { name: "Erase" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Erase" }).click();
    await gone(seen);
  });

  it("whoever comes again after it is kept for the days of the settings only, and the log verifies", async () => {
    const kept = await eventually("the other one came again", async () => {
      const now = await api.get("/strangers");
      return now.length > 0 && now;
    }, { within: 120_000 });
    const seen = (await Promise.all(kept.map((one) => api.get(`/strangers/${one.id}`)))).flat();
    const settings = await api.get("/settings");
    await api.put("/settings", { ...settings, strangers_kept_days: 0 });
    await gone(seen);
    assert.deepEqual(await api.get("/strangers"), []);
    const event = seen.find((one) => one.event)?.event;
    assert.ok((await api.get(`/log/${event}`)).index >= 0, "the passage stays in the log");
    await gatebook.kill();
    const { code, output } = await gatebook.command("verify");
    assert.equal(code, 0, output);
    await gatebook.run();
  });

  /** With another photograph of the man. */
  async function searchByPicture() {
    await page.goto(`${gatebook.address}/people?view=strangers`);
    await page.getByLabel("Search by a picture").setInputFiles(await portrait(where, { column: 5 }));
    await page.getByText(/^Likeness/).first().waitFor();
  }

  function cards() {
    return page.getByRole("list", { name: "Strangers" }).getByRole("listitem");
  }

  /** Neither faces nor pictures of the passages are there any more. */
  async function gone(seen) {
    const pictures = seen.flatMap((one) => [one.face, one.picture]);
    await eventually("the pictures are gone", async () => {
      const there = await Promise.all(pictures.map((id) => api.picture(id).then(() => true, () => false)));
      return !there.includes(true);
    }, { within: 120_000 });
  }
});

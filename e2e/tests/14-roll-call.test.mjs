// A teacher calls the roll before a camera that looks at a class: who is there, with the registered photograph beside the face in
// the room; who of the class is missing; whom nobody knows. Everybody who is there is in the log.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, openPage, panel, signIn } from "../lib/browser.mjs";
import { classroom } from "../lib/classroom.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { examine, looks } from "../lib/looks.mjs";
import { RtspCamera } from "../lib/network-camera.mjs";
import { enrol } from "../lib/site.mjs";
import { eventually, freePorts } from "../lib/wait.mjs";

// See lib/faces.mjs: the first row shows one man, who is enrolled from other photographs than the one at his seat.
const pupils = [
  { name: "Victor Example", enrolled: [{ column: 1 }, { column: 3 }, { column: 5 }, { column: 11 }], seat: { column: 4 } },
  { name: "Hilde Example", enrolled: [{ row: 2, column: 2 }], seat: { row: 2, column: 2 } },
  { name: "Omar Example", enrolled: [{ row: 4, column: 8 }], seat: { row: 4, column: 8 } },
  { name: "Mei Example", enrolled: [{ row: 2, column: 3 }], seat: { row: 2, column: 3 } },
];
const absent = { name: "Nadia Example", enrolled: [{ row: 5, column: 17 }] };
const visitors = [{ row: 5, column: 5 }, { row: 2, column: 11 }];

describe("a roll call", { timeout: 600_000 }, () => {
  let gatebook, api, chrome, page, camera;

  before(async () => {
    const where = await studio();
    const [port] = await freePorts(1);
    const film = await classroom(where, [...pupils.map(({ seat }) => seat), ...visitors]);
    camera = new RtspCamera({ port, film, user: "room", password: "seven-boats" });
    await camera.start();
    gatebook = await Gatebook.start({ settings: { GATEBOOK_CAMERAS_ALLOW: '["127.0.0.1"]' } });
    api = await Api.first(gatebook);
    chrome = await browser();
    page = await openPage(chrome);
    await signIn(page, gatebook.address);
    for (const [n, { name, enrolled }] of [...pupils, absent].entries()) {
      const person = await api.post("/people", { number: String(n + 1), name, department: "7b" });
      const photographs = [];
      for (const tile of enrolled) photographs.push(await portrait(where, tile));
      await enrol(api, person, photographs);
    }
    await api.post("/people", { number: "100", name: "Tess Teacher", department: "Staff" });
  });

  after(async () => {
    await chrome?.close();
    await camera?.stop();
    await gatebook?.stop();
  });

  it("wants a camera, and says so", async () => {
    await page.goto(`${gatebook.address}/attendance`);
    await page.getByRole("link", { name: "Roll call" }).click();
    await page.getByText("No camera yet").waitFor();
    assert.deepEqual(await examine(page, "roll-call-none", looks[0]), []);
  });

  it("is begun before a room, for a class", async () => {
    const area = await api.post("/areas", { name: "School" });
    const point = await api.post("/access-points", { name: "Room 12", direction: "entry", area: area.id });
    const where = { address: camera.address, user: "room", password: "seven-boats", frames_per_second: 5 };
    await api.post("/network-cameras", { name: "Above the board", access_point: point.id, ...where });
    await page.getByText("No roll was called here yet").waitFor();
    await eventually("the camera is connected", async () => (await api.get("/live")).cameras.some((one) => one.connected));
    await page.getByLabel("Department or class").selectOption("7b");
    await page.getByRole("button", { name: "Call the roll" }).click();
    await page.getByRole("progressbar", { name: "Roll call" }).waitFor();
  });

  it("tells who is there, who is missing and whom nobody knows", async () => {
    const names = async (list) => (await page.getByRole("list", { name: list, exact: true }).getByRole("listitem").allInnerTexts()).map((text) => text.trim());
    await eventually("the whole class is found", async () => {
      const there = await names("Present");
      return pupils.every(({ name }) => there.some((text) => text.includes(name)));
    }, { within: 120_000 });
    assert.equal((await names("Present")).length, pupils.length, "each once, and nobody else");
    const missing = await names("Missing");
    assert.equal(missing.length, 1, "the teacher is not of the class");
    assert.ok(missing[0].includes(absent.name));
    await panel(page, "Missing (1 of 5)").waitFor();
    await eventually("both visitors are shown", async () => (await names("Not recognised")).length === visitors.length, { within: 60_000 });
    const pictures = page.getByRole("list", { name: "Present" }).locator("img");
    await pictures.last().scrollIntoViewIfNeeded();
    await eventually("a registered photograph beside each face", async () => {
      const widths = await pictures.evaluateAll((images) => images.map((image) => image.naturalWidth));
      return widths.length === 2 * pupils.length && widths.every((width) => width > 50);
    });
  });

  it("is marked done and stays to be read: light, dark, on a phone", async () => {
    const done = page.getByRole("button", { name: "Done" });
    // On a slow machine its minute may be over by now.
    if (await done.isVisible()) await done.click();
    await page.getByRole("button", { name: "Call again" }).waitFor();
    const findings = [];
    for (const look of looks) {
      const seen = await openPage(chrome, look.options);
      await signIn(seen, gatebook.address);
      await seen.goto(`${gatebook.address}/attendance/roll-call?of=7b`);
      await seen.getByText("Missing (1 of 5)").waitFor();
      findings.push(...(await examine(seen, "roll-call", look)));
      await seen.context().close();
    }
    assert.equal(findings.join("\n"), "");
  });

  it("leaves the log as a camera does: each of them once, by evidence and decision", async () => {
    const { entries } = await api.get("/log?limit=200");
    const passages = entries.filter(({ record }) => record.kind === "access").map(({ record }) => record.passage);
    const named = passages.filter(({ outcome }) => outcome === "granted").map(({ person }) => person.name).sort();
    assert.deepEqual(named, pupils.map(({ name }) => name).sort());
    await gatebook.kill();
    const { code, output } = await gatebook.command("verify");
    assert.equal(code, 0, output);
    await gatebook.run();
  });
});

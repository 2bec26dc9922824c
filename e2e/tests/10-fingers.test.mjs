// A sensor hangs on the server: fingers are enrolled on the page, open the door, are refused to others, fail until they
// are locked, and each passage is told with its score and the picture of its press.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, openPage, panel, signIn } from "../lib/browser.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { examine, looks } from "../lib/looks.mjs";
import { run } from "../lib/run.mjs";
import { Sensor } from "../lib/sensor.mjs";
import { addPerson, passages } from "../lib/site.mjs";
import { eventually } from "../lib/wait.mjs";

// Seeds of synthetic fingers.
const [ofAda, ofBea, ofAStranger] = [41, 42, 43];
const door = "Front door";

describe("fingers", { timeout: 900_000 }, () => {
  let gatebook, api, viewer, sensor, chrome, page, ada, bea;

  before(async () => {
    sensor = new Sensor();
    await sensor.start();
    const named = `[{ path = "${sensor.path}", access_point = "${door}", name = "Reader" }]`;
    gatebook = await Gatebook.start({ settings: { GATEBOOK_FINGERS_SENSORS: named } });
    api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "Office" });
    await api.post("/access-points", { name: door, direction: "entry", area: area.id });
    ada = await addPerson(api, { number: "501", name: "Ada Example" });
    bea = await addPerson(api, { number: "502", name: "Bea Example" });
    viewer = await invited("viewer");
    chrome = await browser();
    page = await openPage(chrome);
    await signIn(page, gatebook.address);
  });

  after(async () => {
    await chrome?.close();
    await gatebook?.stop();
    await sensor?.stop();
  });

  it("a sensor of the configuration is met by itself once its access point is there", async () => {
    await page.goto(`${gatebook.address}/devices`);
    await panel(page, "Fingerprint sensors").getByText("Ready", { exact: true }).waitFor();
  });

  it("is enrolled press by press, each with its picture and quality", async () => {
    await begin(ada, "Right index finger");
    await pressUntilComplete(ofAda);
    await page.getByRole("button", { name: "Finish" }).click();
    const fingers = panel(page, "Fingers");
    await fingers.getByRole("heading", { name: "Right index finger" }).waitFor();
    const prints = fingers.getByRole("img", { name: /^Press \d of the right index finger$/ });
    await eventually("the pictures of three presses are shown", async () => {
      const widths = await prints.evaluateAll((images) => images.map((image) => image.naturalWidth));
      return widths.length === 3 && widths.every((width) => width > 100);
    });
    assert.equal(await fingers.getByRole("meter", { name: "Quality" }).count(), 3);
  });

  it("what is no finger is not taken, and is said", async () => {
    await begin(ada, "Left thumb");
    await page.getByRole("button", { name: "Read press 1 of 3" }).click();
    await page.getByText("Put the finger on").waitFor();
    await sensor.order("thing");
    await page.getByRole("dialog").getByText(/No finger|Unclear|Only a part|print/).first().waitFor();
    await sensor.lift();
    await page.getByRole("button", { name: "Read press 1 of 3" }).waitFor();
  });

  it("closing the dialog leaves nothing of it", async () => {
    const gone = page.waitForResponse((response) => response.request().method() === "DELETE" && response.url().includes("/fingers/enrolments/"));
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await gone).status(), 204);
    const { fingers } = await api.get(`/people/${ada.id}/fingers`);
    assert.deepEqual(fingers.map((finger) => finger.position), ["right_index"]);
  });

  it("opens the door; the live page has score and picture of the press", async () => {
    await page.goto(`${gatebook.address}/live`);
    await enter(ofAda, "Ada Example");
    const last = page.getByRole("region", { name: "Last passage" });
    await last.getByRole("heading", { name: "Ada Example" }).waitFor();
    await last.getByText("The finger matched").waitFor();
    await last.getByText(/1 in [\d,]+/).first().waitFor();
    const press = last.getByRole("img", { name: `Press of the finger at ${door}` });
    await eventually("the picture of the press is shown", () => press.evaluate((image) => image.naturalWidth > 100));
    const [passage] = await passages(api);
    assert.equal(passage.outcome, "granted");
    assert.equal(passage.fingerprint.position, "right_index");
    assert.ok(passage.fingerprint.score.rate < passage.fingerprint.score.allowed);
  });

  it("a viewer sees who it was, and neither score nor press", async () => {
    const { last } = await viewer.get("/live");
    assert.equal(last.person.name, "Ada Example");
    assert.equal(last.fingerprint.score ?? null, null);
    assert.equal(last.fingerprint.picture ?? null, null);
  });

  it("is told on the person's page and in the log, with its score", async () => {
    await page.goto(`${gatebook.address}/people/${ada.id}`);
    const history = panel(page, "Finger verifications");
    await history.getByText(/Right index finger, searched among everybody/).waitFor();
    await history.getByText(/scores so high: (less than )?1 in [\d,]+/).waitFor();
    await history.getByRole("link").first().click();
    await page.getByRole("dialog").getByText("The finger matched").waitFor();
    await page.getByRole("dialog").getByRole("img", { name: "Press of the finger" }).waitFor();
  });

  it("cannot be a second person's, also when its picture comes as a file", async () => {
    const files = await pressesOf(ada);
    await begin(bea, "Right index finger");
    await page.getByLabel("Presses come from").selectOption({ label: "Image files" });
    await page.getByLabel("Pictures of presses").setInputFiles(files);
    await page.getByText("This finger belongs to Ada Example").waitFor();
    assert.ok(await page.getByRole("button", { name: "Finish" }).isDisabled());
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual((await api.get(`/people/${bea.id}/fingers`)).fingers, []);
  });

  it("a finger marked for duress opens, looks like any other, and only operators are told", async () => {
    await begin(bea, "Left index finger", { duress: true });
    await pressUntilComplete(ofBea);
    await page.getByRole("button", { name: "Finish" }).click();
    await panel(page, "Fingers").getByText("Duress").waitFor();
    await page.goto(`${gatebook.address}/live`);
    await enter(ofBea, "Bea Example");
    await panel(page, "Alerts").getByText("Duress: a finger marked for it was pressed").waitFor();
    const seen = await viewer.get("/live");
    assert.equal(seen.last.person.name, "Bea Example");
    assert.equal(seen.last.outcome, "granted");
    assert.ok(!JSON.stringify(seen).includes("duress"));
  });

  it("a stranger's finger is refused after one more press, and raises an alert", async () => {
    await sensor.press(ofAStranger, 1);
    await sensor.press(ofAStranger, 2);
    const row = feedRows(page, "Unknown finger", door, "Denied");
    await row.first().waitFor();
    await panel(page, "Alerts").getByText("Denied", { exact: true }).first().waitFor();
    const [passage] = await passages(api);
    assert.deepEqual([passage.outcome, passage.fingerprint.result], ["denied", "unmatched"]);
    assert.ok(passage.reasons.includes("finger_unknown"));
  });

  it("five failures lock the fingers there, until an operator lifts that", async () => {
    const locked = page.getByText(`Fingers at ${door} are locked`);
    for (let number = 3; number < 20 && !(await locked.isVisible()); number += 1) await sensor.press(ofAStranger, number);
    await locked.waitFor();
    await sensor.press(ofAda, 4);
    await feedRows(page, "Locked finger", door, "Denied").first().waitFor();
    await page.getByRole("button", { name: "Lift", exact: true }).click();
    await page.getByRole("button", { name: "Lift the lock-out" }).click();
    await locked.waitFor({ state: "detached" });
    await enter(ofAda, "Ada Example", { rows: 2 });
  });

  it("go out as a file, which comes in again as a job that names each wrong row", async () => {
    await page.goto(`${gatebook.address}/people`);
    const chosen = async (name) => {
      await page.getByRole("button", { name: "Fingers", exact: true }).click();
      await page.getByRole("menuitem", { name }).click();
    };
    const file = page.waitForEvent("download");
    await chosen("Minutiae (ISO/IEC 19794-2)");
    const exported = await readFile(await (await file).path(), "utf8");
    const rows = exported.trimEnd().split("\n");
    assert.deepEqual([rows.filter((row) => row.includes("right_index")).length, /left_index/.test(exported)], [3, false]);
    const wrong = "77,Nobody,,,,,,right_thumb,crayon,,AAAA,,";
    await chosen("Import fingers");
    const dialog = page.getByRole("dialog");
    const csv = { name: "fingers.csv", mimeType: "text/csv", buffer: Buffer.from([...rows, wrong, ""].join("\n")) };
    await dialog.getByLabel("Registry with fingers (fingers.csv)").setInputFiles(csv);
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await dialog.getByText("1 row was refused").waitFor();
    await dialog.getByRole("cell", { name: String(rows.length + 1), exact: true }).waitFor();
    await dialog.getByRole("cell", { name: /^format: iso/ }).waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    const [job] = await api.get("/jobs");
    assert.deepEqual([job.kind, job.report.added, job.done, job.total], ["fingers_import", 0, rows.length, rows.length]);
  });

  it("a cable that is pulled is said where presses are asked for, and is met again", async () => {
    await page.goto(`${gatebook.address}/devices`);
    const sensors = panel(page, "Fingerprint sensors");
    await sensor.order("unplug");
    await sensors.getByText("Not answering").waitFor();
    await begin(bea, "Right thumb");
    await page.getByText("Reader is in trouble").waitFor();
    await page.getByRole("button", { name: "Read press 1 of 3" }).click();
    await page.getByText("The sensor cannot be used").first().waitFor();
    await sensor.order("plug");
    await page.getByText("Reader is in trouble").waitFor({ state: "detached", timeout: 90_000 });
    await page.getByRole("button", { name: "Cancel" }).click();
  });

  for (const look of looks) {
    it(`is readable by everybody: ${look.name}`, async () => {
      const other = await openPage(chrome, look.options);
      await signIn(other, gatebook.address);
      const findings = await examine(other, "fingers-live", look);
      await other.goto(`${gatebook.address}/devices`);
      await panel(other, "Fingerprint sensors").waitFor();
      findings.push(...(await examine(other, "fingers-devices", look)));
      await other.goto(`${gatebook.address}/people/${ada.id}`);
      await panel(other, "Finger verifications").scrollIntoViewIfNeeded();
      findings.push(...(await examine(other, "fingers-person", look)));
      await panel(other, "Finger verifications").getByRole("link").first().click();
      await other.getByRole("dialog").getByText("The finger matched").waitFor();
      findings.push(...(await examine(other, "fingers-entry", look)));
      await begin(ada, "Left thumb", { on: other, stop: true });
      findings.push(...(await examine(other, "fingers-choose", look)));
      await other.getByRole("button", { name: "Begin" }).click();
      await pressOnce(other, ofAStranger, 1);
      findings.push(...(await examine(other, "fingers-press", look)));
      await other.context().close();
      assert.equal(findings.join("\n"), "");
    });
  }

  it("nothing was complained about in the console but what was refused on purpose", () => {
    const refused = /(409 \(Conflict\)|422 \(Unprocessable \w+\)) \S+\/fingers\/enrolments\//;
    assert.deepEqual(page.complaints.filter((complaint) => !refused.test(complaint)), []);
  });

  /** Somebody signed in with `role`. */
  async function invited(role) {
    const { invitation } = await api.post("/users", { name: role, role });
    const other = new Api(gatebook.address);
    await other.enter("/invitations/accept", { token: invitation.token, password: "another pass phrase" });
    return other;
  }

  /** Opens the dialog for a finger of somebody; with `stop` it is not begun. */
  async function begin(person, finger, { duress, on = page, stop } = {}) {
    await on.goto(`${gatebook.address}/people/${person.id}`);
    await on.getByRole("button", { name: "Enrol a finger" }).click();
    const dialog = on.getByRole("dialog");
    await dialog.getByRole("radio", { name: finger, exact: true }).check();
    if (duress) await dialog.getByLabel("Duress finger").check();
    if (!stop) await dialog.getByRole("button", { name: "Begin" }).click();
  }

  /** One press when it is asked for, taken or not. */
  async function pressOnce(on, seed, number) {
    const dialog = on.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Read press/ }).click();
    await dialog.getByText("Put the finger on").waitFor();
    await sensor.put(seed, number);
    await dialog.getByText("Put the finger on").waitFor({ state: "detached" });
    await sensor.lift();
  }

  /** Presses one finger, each time a little differently, until enough presses were taken. */
  async function pressUntilComplete(seed) {
    const complete = page.getByText("All presses match one another");
    const next = page.getByRole("dialog").getByRole("button", { name: /^Read press/ });
    for (let number = 1; number < 12; number += 1) {
      await pressOnce(page, seed, number);
      await complete.or(next).first().waitFor();
      if (await complete.isVisible()) return;
    }
    assert.fail("three of eleven presses are good enough");
  }

  /** Presses at the door until the passage of `name` is in the feed, twice at most. */
  async function enter(seed, name, { rows = 1 } = {}) {
    const found = feedRows(page, name, door, "Granted");
    for (let number = 5; number < 9 && (await found.count()) < rows; number += 1) await sensor.press(seed, number);
    await eventually(`${name} is in the feed`, async () => (await found.count()) >= rows);
  }

  /** The pictures of somebody's presses as files, the first one as a BMP. */
  async function pressesOf(person) {
    const { fingers } = await api.get(`/people/${person.id}/fingers`);
    const files = [];
    for (const { picture } of fingers[0].impressions) {
      const file = path.join(sensor.folder, `${picture}.png`);
      await writeFile(file, await api.print(picture));
      files.push(file);
    }
    const bitmap = files[0].replace(/png$/, "bmp");
    await run("ffmpeg", ["-v", "error", "-y", "-i", files[0], bitmap]);
    return [bitmap, ...files.slice(1)];
  }
});

// Faces that are not to be seen whole, and people who look alike: enrolling says so, an operator may insist, and the log
// keeps that; of a stranger with a mask the passage says what was not seen.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, openPage, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { examine, looks } from "../lib/looks.mjs";
import { eventually } from "../lib/wait.mjs";
import { film } from "../lib/webcam.mjs";

const unseen = "Not seen of the face: mouth or nose";

describe("covered faces", { timeout: 600_000 }, () => {
  let gatebook, api, booth, page, where;

  before(async () => {
    where = await studio();
    gatebook = await Gatebook.start();
    api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "Office" });
    await api.post("/access-points", { name: "Front door", direction: "entry", area: area.id });
    booth = await browser({ film: await film(where, "masked", [{ row: 2, column: 11, masked: true }]) });
    page = await openPage(booth);
    await signIn(page, gatebook.address);
  });

  after(async () => {
    await booth?.close();
    await gatebook?.stop();
  });

  it("say at enrolment what covers them, and are enrolled when an operator insists", async () => {
    await begin("Mara Example", "601", [await portrait(where, { row: 3, column: 3, masked: true })]);
    await page.getByText("Something covers mouth or nose").waitFor();
    await page.getByRole("button", { name: "Add without a face" }).waitFor();
    assert.deepEqual(await examine(page, "covered-enrolment", looks[0]), []);
    await insist();
    assert.deepEqual(await acts("Mara Example"), ["overruled: something covers mouth or nose"]);
  });

  it("of people who look alike are enrolled when an operator insists", async () => {
    // Photographs of one man, as if they were of two.
    const [one, other] = [[1, 3, 5], [11]].map((columns) => columns.map((column) => portrait(where, { column })));
    await begin("Ada Example", "602", await Promise.all(one));
    await page.getByRole("button", { name: "Add and enrol 3 pictures" }).click();
    await page.getByRole("heading", { level: 1, name: "Ada Example" }).waitFor();
    await begin("Twin Example", "603", await Promise.all(other));
    await page.getByText("Looks like Ada Example (602), who is enrolled already.").waitFor();
    await insist();
    assert.deepEqual(await acts("Twin Example"), ["overruled: looks like somebody enrolled"]);
  });

  it("of a stranger with a mask the passage says what was not seen, on a phone as well", async () => {
    await page.goto(`${gatebook.address}/station`);
    await page.getByLabel("Name of the camera").fill("Webcam at the door");
    await page.getByLabel("It watches").selectOption({ label: "Front door" });
    await page.getByRole("button", { name: "Add and start" }).click();
    const passage = await eventually("the stranger is in the log", async () => (await api.get("/live")).feed[0], { within: 120_000 });
    assert.deepEqual([passage.person ?? null, passage.covered], [null, ["mouth"]]);
    const findings = [];
    for (const look of looks) {
      const seen = await openPage(booth, look.options);
      await signIn(seen, gatebook.address);
      await seen.goto(`${gatebook.address}/live`);
      await seen.getByText(unseen).first().waitFor();
      findings.push(...(await examine(seen, "covered-live", look)));
      await seen.context().close();
    }
    assert.equal(findings.join("\n"), "");
  });

  async function begin(name, number, photographs) {
    await page.goto(`${gatebook.address}/people?add=1`);
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Person number").fill(number);
    await page.getByLabel("Photographs").setInputFiles(photographs);
  }

  /** Takes the one picture all the same. */
  async function insist() {
    await page.getByLabel("Take it all the same").check();
    await page.getByRole("button", { name: "Add and enrol 1 picture" }).click();
    await page.getByRole("heading", { level: 1 }).filter({ hasText: "Example" }).waitFor();
  }

  /** What the log says of enrolments of somebody, beside that they were enrolled. */
  async function acts(name) {
    const { entries } = await api.get("/log?limit=20");
    const enrolled = entries.filter(({ record }) => record.act?.act === "face_enrolled" && record.act.person?.name === name);
    return enrolled.map(({ record }) => record.act.note);
  }
});

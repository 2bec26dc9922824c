// Faces that are not to be seen whole, and people who look alike: enrolling says so, an operator may insist, and the log
// keeps that; of a stranger with a mask the passage says what was not seen.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, openPage, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { examine, looks } from "../lib/looks.mjs";
import { enrol } from "../lib/site.mjs";
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

  it("of somebody enrolled are taken without a question: they look like themselves", async () => {
    await begin("Ada Example", "602", await Promise.all([1, 3, 5].map((column) => portrait(where, { column }))));
    await page.getByRole("button", { name: "Add and enrol 3 pictures" }).click();
    await page.getByRole("heading", { level: 1, name: "Ada Example" }).waitFor();
    await page.getByRole("button", { name: "Enrol pictures" }).click();
    await page.getByLabel("Photographs").setInputFiles([await portrait(where, { column: 4 })]);
    await page.getByRole("button", { name: "Enrol 1 picture" }).click();
    await page.getByText("1 picture enrolled").waitFor();
  });

  it("of people who look alike are enrolled when an operator insists, and the log names whom", async () => {
    // Another photograph of the same man, as if it were of two.
    await begin("Twin Example", "603", [await portrait(where, { column: 11 })]);
    await page.getByText("Looks like Ada Example (602), who is enrolled already.").waitFor();
    await page.getByText("give both a tag or enrol a finger").waitFor();
    await insist();
    assert.deepEqual(await acts("Twin Example"), ["overruled: looks like Ada Example (602)"]);
  });

  it("of people who look alike are told apart by nobody: the passage is denied and shows both", async () => {
    // Each has the photographs of the other as well.
    const [ada, twin] = (await api.get("/people?text=Example")).people.filter((one) => one.name !== "Mara Example");
    for (const [person, other, columns] of [[ada, twin, [11]], [twin, ada, [1, 3, 5, 4]]]) {
      const photographs = await Promise.all(columns.map((column) => portrait(where, { column })));
      const overruled = columns.map((_, image) => ({ image, finding: "looks_like", person: other.id }));
      const found = await enrol(api, person, photographs, overruled);
      assert.ok(found.every((finding) => finding.credential), JSON.stringify(found));
    }
    const door = await browser({ film: await film(where, "twin", [{ column: 6 }]) });
    try {
      const seen = await openPage(door);
      await signIn(seen, gatebook.address);
      await watch(seen, "Webcam in the hall");
      const likeTwo = async () => (await api.get("/live")).feed.find((one) => one.one_of.length === 2);
      const passage = await eventually("who is like two is in the log", likeTwo, { within: 120_000 });
      assert.deepEqual([passage.outcome, passage.person], ["denied", null]);
      await seen.goto(`${gatebook.address}/log?event=${passage.event}`);
      const shown = seen.getByRole("dialog");
      await shown.getByText("The face is like two people, who cannot be told apart").waitFor();
      await shown.getByText(/^Like (Ada|Twin) Example and (Ada|Twin) Example, not told apart/).waitFor();
      for (const one of ["Ada", "Twin"]) await shown.getByRole("img", { name: `Registered photograph of ${one} Example` }).waitFor();
      assert.deepEqual(await examine(seen, "one-of-two", looks[0]), []);
    } finally {
      await door.close();
    }
  });

  it("of a stranger with a mask the passage says what was not seen, on a phone as well", async () => {
    await watch(page, "Webcam at the door");
    const covered = async () => (await api.get("/live")).feed.find((one) => one.covered.length > 0);
    const passage = await eventually("the stranger is in the log", covered, { within: 120_000 });
    assert.deepEqual([passage.person, passage.covered], [null, ["mouth"]]);
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

  /** Has the browser's webcam watch the front door. */
  async function watch(seen, name) {
    await seen.goto(`${gatebook.address}/station`);
    await seen.getByLabel("Name of the camera").fill(name);
    await seen.getByLabel("It watches").selectOption({ label: "Front door" });
    await seen.getByRole("button", { name: "Add and start" }).click();
  }

  async function begin(name, number, photographs) {
    await page.goto(`${gatebook.address}/people?add=1`);
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Person number").fill(number);
    await page.getByLabel("Photographs").setInputFiles(photographs);
  }

  /** Takes the one picture all the same. */
  async function insist() {
    await page.getByLabel("Take picture 1 all the same").check();
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

// A photograph is held still before the webcam of an access point that wants another factor beside a face that is not known to
// be alive: the page asks, nothing is done, the page asks for tag or finger, and without one the passage is denied.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, openPage, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { film } from "../lib/webcam.mjs";
import { eventually } from "../lib/wait.mjs";

const name = "Victor Example";
// The first row of the overview shows one man in many photographs: see lib/faces.mjs.
const enrolledFrom = [{ column: 1 }, { column: 3 }, { column: 5 }, { column: 11 }];
const heldUp = [{ column: 4 }];

describe("a photograph held before a kiosk", { timeout: 600_000 }, () => {
  let gatebook, api, booth, boothPage;

  before(async () => {
    const where = await studio();
    const photographs = [];
    for (const tile of enrolledFrom) photographs.push(await portrait(where, tile));
    gatebook = await Gatebook.start();
    api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "Office" });
    await api.post("/access-points", { name: "Front door", direction: "entry", area: area.id });
    booth = await browser({ film: await film(where, "one-person", heldUp) });
    boothPage = await openPage(booth);
    await signIn(boothPage, gatebook.address);
    await boothPage.goto(`${gatebook.address}/people?add=1`);
    await boothPage.getByLabel("Name", { exact: true }).fill(name);
    await boothPage.getByLabel("Person number").fill("501");
    await boothPage.getByLabel("Photographs").setInputFiles(photographs);
    await boothPage.getByRole("button", { name: `Add and enrol ${photographs.length} pictures` }).click();
    await boothPage.getByRole("heading", { level: 1, name }).waitFor();
  });

  after(async () => {
    await booth?.close();
    await gatebook?.stop();
  });

  it("an administrator says so in the settings", async () => {
    await boothPage.goto(`${gatebook.address}/settings?tab=places`);
    await boothPage.getByRole("button", { name: "Edit Front door" }).click();
    await boothPage.getByLabel("Is the face alive?").selectOption({ label: "Ask, or another factor" });
    await boothPage.getByRole("button", { name: "Save", exact: true }).click();
    const policy = async () => (await api.get("/access-points"))[0].liveness;
    await eventually("the access point asks", async () => (await policy()) === "or_another_factor");
  });

  it("the station asks in large words, and in words that are read out", async () => {
    await boothPage.goto(`${gatebook.address}/station`);
    await boothPage.getByLabel("Name of the camera").fill("Kiosk");
    await boothPage.getByLabel("It watches").selectOption({ label: "Front door" });
    await boothPage.getByRole("button", { name: "Add and start" }).click();
    await boothPage.getByRole("status").filter({ hasText: /Step 1 of 3: (Look|Close your eyes|Turn your head)/ }).waitFor({ timeout: 60_000 });
  });

  it("nothing is done in time, and the station asks for another factor", async () => {
    await boothPage.getByRole("status").filter({ hasText: /not done in time.*show your tag or finger/ }).waitFor({ timeout: 60_000 });
  });

  it("without one the passage is denied and says why, and nobody is inside", async () => {
    let passage;
    await eventually(
      "the passage is in the log",
      async () => {
        passage = (await api.get("/live")).feed.find((one) => one.person?.name === name);
        return passage !== undefined;
      },
      { within: 60_000 },
    );
    assert.equal(passage.outcome, "denied");
    assert.equal(passage.liveness, "not_established");
    assert.equal(passage.not_established, "too_late");
    assert.deepEqual(passage.reasons, ["another_factor_needed"]);
    const live = await api.get("/live");
    assert.equal(live.inside.total, 0);
    assert.ok(live.alerts.some((alert) => alert.kind === "denied"));
  });

  it("the feed shows that liveness is not established", async () => {
    await boothPage.goto(`${gatebook.address}/live`);
    await feedRows(boothPage, name, "Front door").first().waitFor();
    await boothPage.getByText("Liveness not established").first().waitFor();
    assert.deepEqual(boothPage.complaints, []);
  });
});

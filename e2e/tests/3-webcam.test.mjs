// A person is enrolled from other photographs than those that the webcam shows, is named over the
// video among strangers, arrives in the feed of another browser, is found, is deleted, and is a
// stranger again.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, keepLabels, labels, openPage, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { film } from "../lib/webcam.mjs";
import { eventually } from "../lib/wait.mjs";

const name = "Victor Example";
// The first row of the overview shows one man in many photographs: see lib/faces.mjs.
const enrolledFrom = [{ column: 1 }, { column: 3 }, { column: 5 }, { column: 11 }];
const onCamera = [{ column: 4 }, { row: 1, column: 6 }, { row: 2, column: 11 }];

describe("a webcam", { timeout: 600_000 }, () => {
  let gatebook, api, booth, desk, boothPage, deskPage, photographs;

  before(async () => {
    const where = await studio();
    photographs = [];
    for (const tile of enrolledFrom) photographs.push(await portrait(where, tile));
    gatebook = await Gatebook.start();
    api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "Office" });
    await api.post("/access-points", { name: "Front door", direction: "entry", area: area.id });
    booth = await browser({ film: await film(where, "three-people", onCamera) });
    boothPage = await openPage(booth);
    await keepLabels(boothPage);
    desk = await browser();
    deskPage = await openPage(desk);
    await keepLabels(deskPage);
    await signIn(boothPage, gatebook.address);
    await signIn(deskPage, gatebook.address);
  });

  after(async () => {
    await booth?.close();
    await desk?.close();
    await gatebook?.stop();
  });

  it("becomes a camera of the site, and everybody before it is unknown", async () => {
    await boothPage.goto(`${gatebook.address}/station`);
    await boothPage.getByLabel("Name of the camera").fill("Webcam at the door");
    await boothPage.getByLabel("It watches").selectOption({ label: "Front door" });
    await boothPage.getByRole("button", { name: "Add and start" }).click();
    await boothPage.getByText(/frames\/s/).waitFor();
    await everywhere("three strangers are drawn", (seen) => [0, 1, 2].every((third) => says(seen, third, /^Unknown/)));
    await feedRows(deskPage, "Stranger", "Front door").first().waitFor();
  });

  it("names an enrolled person over the right face, and nobody else", async () => {
    await deskPage.goto(`${gatebook.address}/people?add=1`);
    await deskPage.getByLabel("Name", { exact: true }).fill(name);
    await deskPage.getByLabel("Person number").fill("501");
    await deskPage.getByLabel("Photographs").setInputFiles(photographs);
    await deskPage.getByRole("button", { name: `Add and enrol ${photographs.length} pictures` }).click();
    await deskPage.getByRole("heading", { level: 1, name }).waitFor();
    await deskPage.goto(`${gatebook.address}/live`);
    await everywhere("the name is over the left face and unknown over the others", (seen) =>
      says(seen, 0, new RegExp(`^${name}`)) && [1, 2].every((third) => says(seen, third, /^Unknown/)),
    );
    for (const page of [boothPage, deskPage]) {
      const elsewhere = (await labels(page)).filter((label) => label.text.startsWith(name) && thirdOf(label) !== 0);
      assert.deepEqual(elsewhere, []);
    }
  });

  it("the arrival is in the other browser's feed, with its picture and without a claim of liveness", async () => {
    const row = feedRows(deskPage, name, "Front door");
    await row.first().waitFor();
    assert.equal(await row.count(), 1, "a passage is logged once");
    const passage = (await api.get("/live")).feed.find((one) => one.person?.name === name);
    assert.equal(passage.outcome, "granted");
    assert.equal(passage.liveness, "not_established");
    assert.ok((await api.picture(passage.picture)).length > 1000);
    await deskPage.getByText("Liveness not established").first().waitFor();
  });

  it("the person is found by a part of the name, with the visit", async () => {
    await deskPage.goto(`${gatebook.address}/people`);
    await deskPage.getByRole("searchbox").fill("victor");
    await deskPage.getByRole("table").getByRole("link", { name }).click();
    await deskPage.getByRole("heading", { level: 1, name }).waitFor();
    await deskPage.getByText("Front door").first().waitFor();
  });

  it("nothing was complained about in either console until somebody is deleted, but that the deleted photographs are gone", () => {
    const gone = /404 \(Not Found\) \S+\/api\/v1\/(pictures|people)\//;
    const rest = [...boothPage.complaints, ...deskPage.complaints].filter((complaint) => !gone.test(complaint));
    assert.deepEqual(rest, []);
  });

  it("is a stranger again as soon as the person is deleted", async () => {
    await deskPage.getByRole("button", { name: "Delete", exact: true }).click();
    await deskPage.getByRole("button", { name: "Delete the person" }).click();
    await deskPage.waitForURL("**/people");
    await deskPage.goto(`${gatebook.address}/live`);
    await everywhere("unknown is over the left face again", (seen) => says(seen, 0, /^Unknown/) && !seen.some((label) => label.text.startsWith(name)));
    await deskPage.getByText(name).waitFor({ state: "detached" });
    assert.equal((await api.get("/people")).total, 0);
  });

  /** What is drawn over the video holds on the camera station and on the other browser's live page. */
  async function everywhere(what, holds) {
    for (const page of [boothPage, deskPage]) {
      await eventually(`${what} on ${new URL(page.url()).pathname}`, async () => holds(await labels(page)), { within: 60_000 }).catch(async (error) => {
        const last = [...new Set((await labels(page, { seconds: 3 })).map((label) => `${thirdOf(label)}: ${label.text}`))];
        throw new Error(`${error.message}; last seen: ${last.join(", ")}`);
      });
    }
  }
});

/** Which third of the picture a label begins in: three people stand side by side. */
function thirdOf(label) {
  return Math.floor(label.x * 3);
}

function says(seen, third, pattern) {
  return seen.some((label) => thirdOf(label) === third && pattern.test(label.text));
}

// A card's log is imported on the page: how far it is, closed and opened again, its report, and nothing twice.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, openPage, signIn } from "../lib/browser.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { passages, twoGates } from "../lib/site.mjs";
import { eventually } from "../lib/wait.mjs";

const rows = 3000;
const header = "F_ID,Name,Age,Gender,DOB,A_No,Image,P_No,Address,RFID,Date,E_Time,Ex_Time,Day,RTI";

/** An entry each twenty seconds, by nobody whom the site knows. */
function card() {
  const lines = Array.from({ length: rows }, (_, i) => {
    const at = new Date(Date.UTC(2026, 2, 2, 0, 0, i * 20)).toISOString();
    return `${i + 1},Visitor,,,,,,,Mill Lane, Riverton,AB${i},${at.slice(0, 10)},${at.slice(11, 19)},,Monday,none.jpg`;
  });
  return { name: "log.csv", mimeType: "text/csv", buffer: Buffer.from([header, ...lines, "9,too short", ""].join("\n")) };
}

describe("importing a card's log", { timeout: 300_000 }, () => {
  let gatebook, chrome, page, api;

  before(async () => {
    gatebook = await Gatebook.start();
    api = await Api.first(gatebook);
    await twoGates(api);
    chrome = await browser();
    page = await openPage(chrome);
    await signIn(page, gatebook.address);
    await page.goto(`${gatebook.address}/log`);
  });

  after(async () => {
    await chrome?.close();
    await gatebook?.stop();
  });

  const open = () => page.getByRole("button", { name: "Import a card's log" }).click();

  async function send() {
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Gate whose controller wrote it").selectOption("North gate");
    await dialog.getByLabel("Log (log.csv)").setInputFiles(card());
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
  }

  it("shows how far it is, goes on while the page is closed, and keeps its report", async () => {
    await open();
    await send();
    await page.getByRole("progressbar", { name: "Import" }).waitFor();
    await page.goto("about:blank");
    await eventually("the import goes on by itself", async () => (await api.get("/jobs"))[0].done > 100, { within: 60_000 });
    await page.goto(`${gatebook.address}/log`);
    await open();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 row was refused").waitFor({ timeout: 120_000 });
    await dialog.getByRole("cell", { name: String(rows + 2), exact: true }).waitFor();
    const [job] = await api.get("/jobs");
    assert.deepEqual([job.state, job.report.added, job.report.refused.length], ["done", rows, 1]);
    await eventually("every row is in the log", async () => (await passages(api)).length === rows, { within: 120_000 });
  });

  it("tells of all that would have been denied in one alert, which leads to them", async () => {
    const [alert, ...more] = await eventually("an alert", async () => {
      const alerts = await api.get("/alerts?open=true");
      return alerts.length > 0 && alerts;
    });
    assert.deepEqual([alert.kind, more], ["card_imported", []]);
    await page.goto(`${gatebook.address}/live`);
    await page.getByRole("link", { name: "Imported card with denied passages" }).click();
    await page.getByRole("link", { name: "3,000 denied passages" }).click();
    await page.waitForURL(/outcome=denied/);
    await page.getByRole("listitem").first().waitFor();
    await page.goto(`${gatebook.address}/log`);
    await open();
  });

  it("adds nothing when the same card is imported again", async () => {
    await page.getByRole("button", { name: "Import another" }).click();
    await send();
    await eventually("the second import ended", async () => {
      const [job] = await api.get("/jobs");
      return job.state === "done" && job.report.unchanged === rows && job.report.added === 0;
    }, { within: 120_000 });
    assert.equal((await passages(api)).length, rows);
  });

  it("is told to be unknown after a restart, with what to do", async () => {
    const [job] = await api.get("/jobs");
    await gatebook.kill();
    await gatebook.run();
    await assert.rejects(api.get(`/jobs/${job.id}`), /Begin it again/);
  });
});

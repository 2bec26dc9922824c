// Every page of the demo site: no violation in axe, dark and light, on a desk and on a phone.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, openPage, signIn } from "../lib/browser.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { examine, looks } from "../lib/looks.mjs";
import { eventually } from "../lib/wait.mjs";

const inHouse = ["live", "live?kiosk=1", "people", "people?add=1", "people?view=strangers", "log", "attendance", "devices", "integrity", "settings", "guide", "station"];

describe("every page", { timeout: 900_000 }, () => {
  let gatebook, chrome, person;

  before(async () => {
    gatebook = await Gatebook.demo();
    chrome = await browser();
    const api = await Api.first(gatebook);
    const live = await eventually("passages happen at the demo's gates", async () => {
      const snapshot = await api.get("/live");
      return snapshot.feed.some((passage) => passage.person && passage.picture) && snapshot;
    }, { within: 60_000 });
    person = live.feed.find((passage) => passage.person).person.id;
  });

  after(async () => {
    await chrome?.close();
    await gatebook?.stop();
  });

  for (const look of looks) {
    it(`is readable by everybody: ${look.name}`, async () => {
      const page = await openPage(chrome, look.options);
      await page.goto(`${gatebook.address}/sign-in`);
      const findings = await examine(page, "sign-in", look);
      await signIn(page, gatebook.address);
      for (const place of [...inHouse, `people/${person}`]) {
        await page.goto(`${gatebook.address}/${place}`);
        findings.push(...(await examine(page, place.replace(person, "one"), look)));
      }
      await page.context().close();
      assert.equal(findings.join("\n"), "");
    });
  }
});

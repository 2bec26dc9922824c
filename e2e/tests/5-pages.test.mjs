// Every page of the demo site: no violation in axe, dark and light, on a desk and on a phone.
import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, openPage, signIn } from "../lib/browser.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { screenshots } from "../lib/paths.mjs";
import { eventually } from "../lib/wait.mjs";

const looks = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "phone", options: { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true } },
];
const inHouse = ["live", "live?kiosk=1", "people", "people?add=1", "log", "attendance", "devices", "integrity", "settings", "guide", "station"];

describe("every page", { timeout: 900_000 }, () => {
  let gatebook, chrome, person;

  before(async () => {
    await mkdir(screenshots, { recursive: true });
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
        findings.push(...(await examine(page, place, look)));
      }
      await page.context().close();
      assert.equal(findings.join("\n"), "");
    });
  }

  async function examine(page, place, look) {
    await settled(page);
    const name = place.replace(person, "one").replaceAll(/\W+/g, "-");
    await page.screenshot({ path: path.join(screenshots, `${name}-${look.name}.png`) });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.flatMap((rule) => rule.nodes.map((node) => `${place}: ${rule.id}: ${node.target} ${node.failureSummary}`));
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (tooWide > 0) found.push(`${place}: ${tooWide} px wider than the screen`);
    return found;
  }

  /** Nothing loads and nothing moves any more. */
  async function settled(page) {
    await page.locator("main").first().waitFor();
    await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
    await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== "running" || one.effect?.getTiming().iterations === Infinity));
    await page.waitForTimeout(300);
  }
});

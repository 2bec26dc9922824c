// Pages as different people see them: light, dark, on a phone; each looked at by axe, with a screenshot.
import { AxeBuilder } from "@axe-core/playwright";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { screenshots } from "./paths.mjs";

export const looks = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "phone", options: { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true } },
];

/** What is wrong with the page as it stands, one line each; the screenshot is named after `place` and the look. */
export async function examine(page, place, look) {
  await settled(page);
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `${place.replaceAll(/\W+/g, "-")}-${look.name}.png`) });
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

// Chromium, each with a profile of its own, and what its pages complain about.
import { chromium as playwright } from "playwright-core";
import { chromium } from "./paths.mjs";

const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-dev-shm-usage",
];

/** A browser; with `film` it has a webcam that plays it. */
export async function browser({ film } = {}) {
  const webcam = film
    ? ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${film}`]
    : [];
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return playwright.launch({ executablePath: chromium(), args: [...quiet, ...webcam, ...root] });
}

/** A page in a fresh context whose errors are kept in `page.complaints`. */
export async function openPage(chrome, options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1360, height: 900 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(`${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.setDefaultTimeout(40_000);
  return page;
}

/** Becomes the first administrator; ends on the guide. */
export async function firstSignIn(page, link, { name = "warden", password = "a long pass phrase" } = {}) {
  await page.goto(link);
  await page.getByLabel("Your sign-in name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Password again").fill(password);
  await page.getByRole("button", { name: "Set up and sign in" }).click();
  await page.waitForURL("**/guide");
}

/** Signs in; ends on the live page. */
export async function signIn(page, address, { name = "warden", password = "a long pass phrase" } = {}) {
  await page.goto(`${address}/sign-in`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/live");
}

/** The panel with this heading. */
export function panel(page, title) {
  return page.locator("section", { has: page.getByRole("heading", { level: 2, name: title, exact: true }) });
}

/** The passages in the live page's feed that hold all of these words. */
export function feedRows(page, ...words) {
  const rows = panel(page, "Feed").getByRole("listitem");
  return words.reduce((found, word) => found.filter({ hasText: word }), rows);
}

/** Keeps what the page writes onto its canvases, as `{text, x, width, at}`: the names over the video. */
export async function keepLabels(page) {
  await page.addInitScript(() => {
    window.labels = [];
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
      window.labels.push({ text, x: x / this.canvas.width, at: Date.now() });
      if (window.labels.length > 2000) window.labels.shift();
      return write.call(this, text, x, ...rest);
    };
  });
}

/** What was written over the video in the last seconds. */
export function labels(page, { seconds = 2 } = {}) {
  return page.evaluate((since) => window.labels.filter((label) => label.at > since), Date.now() - seconds * 1000);
}

// The first five minutes: one-time link, guide, live page.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { browser, feedRows, firstSignIn, openPage, signIn } from "../lib/browser.mjs";
import { film } from "../lib/webcam.mjs";
import { studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";

describe("the first run", { timeout: 180_000 }, () => {
  let gatebook, chrome, page, link;

  before(async () => {
    const where = await studio();
    gatebook = await Gatebook.start();
    link = await gatebook.oneTimeLink();
    chrome = await browser({ film: await film(where, "visitor", [{ column: 3 }]) });
    page = await openPage(chrome);
  });

  after(async () => {
    await chrome?.close();
    await gatebook?.stop();
  });

  it("without the link the sign-in says where to find it", async () => {
    await page.goto(gatebook.address);
    await page.getByText("Open the one-time link that Gatebook printed").waitFor();
  });

  it("the link makes an administrator, whom the guide leads to the own face in the feed", async () => {
    await firstSignIn(page, link);
    await page.getByLabel("Name of the site").fill("Corner House");
    await page.getByRole("button", { name: "Save and go on" }).click();
    await page.getByRole("button", { name: "Add it and go on" }).click();
    await page.getByLabel("Name of the camera").waitFor();
    await page.getByRole("button", { name: "Add and start" }).click();
    await page.getByLabel("Name", { exact: true }).fill("First Visitor");
    await page.getByRole("button", { name: "Use the webcam" }).click();
    for (const picture of [1, 2, 3]) {
      await page.getByRole("button", { name: "Take picture" }).click();
      await page.getByAltText(`Picture ${picture}`).waitFor();
    }
    await page.getByText("Good", { exact: true }).nth(2).waitFor();
    await page.getByRole("button", { name: "Enrol and go on" }).click();
    await page.getByText("That works").waitFor();
    await page.getByRole("button", { name: "To the live page" }).click();
    await feedRows(page, "First Visitor", "Main door").first().waitFor();
  });

  it("the link works only once", async () => {
    const other = await openPage(chrome);
    await other.goto(link);
    await other.getByText("This link is of no use any more").waitFor();
    await other.context().close();
  });

  it("the administrator signs in again with the password, and with no other", async () => {
    const other = await openPage(chrome);
    await other.goto(`${gatebook.address}/sign-in`);
    await other.getByLabel("Name").fill("warden");
    await other.getByLabel("Password").fill("not the pass phrase");
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.getByRole("alert").or(other.getByText(/wrong|not right|do not match|unknown/i)).first().waitFor();
    await signIn(other, gatebook.address);
    await other.context().close();
  });

  it("nothing was complained about in the browser's console", () => {
    assert.deepEqual(page.complaints, []);
  });
});

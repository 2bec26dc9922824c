// A camera with an address: found on the network, tried and added on the page, its people named over the
// video and in the log; it loses power and comes back by itself. The server before it is a real one.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, feedRows, keepLabels, labels, openPage, panel, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { OnvifCamera, RtspCamera, video } from "../lib/network-camera.mjs";
import { addPerson, enrol } from "../lib/site.mjs";
import { eventually, freePorts } from "../lib/wait.mjs";
import { film } from "../lib/webcam.mjs";

const name = "Victor Example";
const secret = "seven-boats-at-noon";
// The first row of the overview shows one man in many photographs: see lib/faces.mjs.
const enrolledFrom = [{ column: 1 }, { column: 3 }, { column: 5 }, { column: 11 }];
const onCamera = [{ column: 4 }, { row: 1, column: 6 }];

describe("a network camera", { timeout: 600_000 }, () => {
  let gatebook, api, chrome, page, camera, main, onvif;

  before(async () => {
    const where = await studio();
    const [port, mainPort] = await freePorts(2);
    const people = await film(where, "two-people", onCamera);
    const login = { user: "gate", password: secret };
    // People come once the main stream is there as well, which is connected to after the small one.
    camera = new RtspCamera({ port, film: await video(people, { lead: 12 }), ...login });
    main = new RtspCamera({ port: mainPort, film: await video(people, { times: 2 }), ...login });
    await camera.start();
    await main.start();
    onvif = new OnvifCamera();
    await onvif.start({ name: "North gate", user: "gate", main: main.address, detection: camera.address });
    gatebook = await Gatebook.start({ settings: { GATEBOOK_CAMERAS_ALLOW: '["127.0.0.1"]', GATEBOOK_CAMERAS_DISCOVERY: onvif.discovery } });
    api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "Office" });
    await api.post("/access-points", { name: "Front door", direction: "entry", area: area.id });
    const photographs = [];
    for (const tile of enrolledFrom) photographs.push(await portrait(where, tile));
    await enrol(api, await addPerson(api, { number: "501", name }), photographs);
    chrome = await browser();
    page = await openPage(chrome);
    await keepLabels(page);
    await signIn(page, gatebook.address);
  });

  after(async () => {
    await chrome?.close();
    await camera?.stop();
    await main?.stop();
    onvif?.stop();
    await gatebook?.stop();
  });

  it("is found on the network, and tells its streams to who knows its user", async () => {
    await page.goto(`${gatebook.address}/settings?tab=devices`);
    await page.getByRole("button", { name: "Find on the network" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("North gate").waitFor();
    await dialog.getByLabel("User name").fill("gate");
    await dialog.getByLabel("Password").fill("wrong");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.getByLabel("Address").waitFor();
    assert.equal(await dialog.getByLabel("Address").inputValue(), camera.address);
    assert.equal(await dialog.getByLabel("Main stream").inputValue(), main.address);
    assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "North gate");
  });

  it("says when the password is wrong, and which addresses are not connected to", async () => {
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Test" }).click();
    await dialog.getByText("refuses this user name and password").waitFor();
    await dialog.getByLabel("Address").fill("http://169.254.169.254/latest/meta-data/");
    await dialog.getByRole("button", { name: "Test" }).click();
    await dialog.getByText("a link-local address").waitFor();
  });

  it("shows its first pictures before it is added, and is live a moment after", async () => {
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address").fill(camera.address);
    await dialog.getByLabel("Password").fill(secret);
    await dialog.getByRole("button", { name: "Test" }).click();
    await dialog.getByRole("img", { name: "What the camera shows now" }).waitFor();
    await dialog.getByRole("img", { name: "The same in its main stream" }).waitFor();
    await dialog.getByLabel("Access point").selectOption({ label: "Front door" });
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    const cameras = panel(page, "Network cameras");
    await cameras.getByText("Live", { exact: true }).waitFor();
    await cameras.getByText("H.264 over RTSP").first().waitFor();
    await cameras.getByText("Main stream: Live").waitFor();
  });

  it("has the name over the right face, for two who watch at once", async () => {
    const other = await openPage(chrome);
    await keepLabels(other);
    await signIn(other, gatebook.address);
    await page.goto(`${gatebook.address}/live`);
    for (const viewer of [page, other]) {
      const named = (seen) => seen.some((label) => label.text.startsWith(name) && label.x < 0.5);
      await eventually("the name is over the left face", async () => named(await labels(viewer)), { within: 60_000 });
      const elsewhere = (await labels(viewer)).filter((label) => label.text.startsWith(name) && label.x >= 0.5);
      assert.deepEqual(elsewhere, []);
    }
    await other.context().close();
  });

  it("is in the log once, with a picture of the main stream", async () => {
    const row = feedRows(page, name, "Front door");
    await row.first().waitFor();
    assert.equal(await row.count(), 1, "a passage is logged once");
    const passage = (await api.get("/live")).feed.find((one) => one.person?.name === name);
    assert.equal(passage.outcome, "granted");
    const width = await page.evaluate(async (picture) => {
      const image = new Image();
      image.src = `/api/v1/pictures/${picture}`;
      await image.decode();
      return image.naturalWidth;
    }, passage.picture);
    assert.equal(width, 1280, "faces are looked for in a stream of 640");
  });

  it("loses power, says so, and is live again by itself", async () => {
    await camera.stop();
    await page.goto(`${gatebook.address}/settings?tab=devices`);
    const cameras = panel(page, "Network cameras");
    await cameras.getByText("No picture").waitFor();
    await camera.start();
    await cameras.getByText("Live", { exact: true }).waitFor({ timeout: 90_000 });
  });

  it("says when the main stream is away, and what is kept meanwhile", async () => {
    await main.stop();
    const cameras = panel(page, "Network cameras");
    await cameras.getByText("Pictures are kept of the small stream meanwhile.").waitFor();
    await cameras.getByText("Live", { exact: true }).waitFor();
    await main.start();
    await cameras.getByText("Main stream: Live").waitFor({ timeout: 90_000 });
  });

  it("keeps its password to itself", async () => {
    const told = JSON.stringify(await api.get("/network-cameras"));
    assert.ok(!told.includes(secret));
    assert.match(told, /"has_password":true/);
    assert.ok(!gatebook.journal().includes(secret));
    const [row] = await api.get("/network-cameras");
    const moved = { name: "North gate", access_point: (await api.get("/access-points"))[0].id, address: "rtsp://192.0.2.1/film", user: "gate" };
    await assert.rejects(api.put(`/network-cameras/${row.device}`, moved), /password again/);
  });

  it("nothing was complained about in the console but what was refused on purpose", () => {
    const refused = /409 \(Conflict\) \S+network-cameras\/test/;
    assert.deepEqual(page.complaints.filter((complaint) => !refused.test(complaint)), []);
  });
});

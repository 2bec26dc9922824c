// A crowd before two cameras at once, a browser's webcam and a real RTSP server: at each, two enrolled people cross so
// that one hides the other, and strangers cross them, some blurred or in the dark. Whoever walks to the right keeps
// walking to the right: a name that turns about was swapped.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../lib/api.mjs";
import { browser, keepLabels, labels, openPage, signIn } from "../lib/browser.mjs";
import { portrait, studio } from "../lib/faces.mjs";
import { Gatebook } from "../lib/gatebook.mjs";
import { RtspCamera, video } from "../lib/network-camera.mjs";
import { addPerson, enrol, passages } from "../lib/site.mjs";
import { eventually, freePorts, sleep } from "../lib/wait.mjs";
import { crossing } from "../lib/webcam.mjs";

/** Seconds of a film: twice somebody crosses somebody, and the picture is empty before it begins again. */
const length = 22;
/** Two rounds of the film. */
const watched = 2 * length;
/** Seconds of a round at each door: Chromium plays 30 pictures a second of a film that has 15. */
const rounds = { Court: length, Archive: length / 2 };

// The overview has several photographs of one man and two of one woman (see lib/faces.mjs); the others are enrolled from
// the photograph that the camera sees.
const people = [
  { name: "Victor Example", door: "Court", right: true, enrolled: [1, 3, 5, 11].map((column) => ({ column })), tile: { column: 4 } },
  { name: "Scarlet Example", door: "Court", right: false, enrolled: [{ row: 5, column: 12 }], tile: { row: 4, column: 0 } },
  { name: "Bruno Example", door: "Archive", right: true, enrolled: [{ row: 5, column: 5 }], tile: { row: 5, column: 5 } },
  { name: "Ginger Example", door: "Archive", right: false, enrolled: [{ row: 3, column: 13 }], tile: { row: 3, column: 13 } },
];
const strangers = { Court: { row: 4, column: 8 }, Archive: { row: 5, column: 17 } };
const looks = ["gblur=sigma=.8", "eq=brightness=-.08:contrast=.85"];

/** What the camera at a door sees: whoever comes first is blurred at one, and in the dark at the other. */
function walks(door) {
  const [one, other] = people.filter((person) => person.door === door);
  return [
    { tile: other.tile, from: 1, until: 9, right: other.right, y: 105 },
    { tile: one.tile, from: 1, until: 9, right: one.right, y: 125, looks: looks[door === "Court" ? 0 : 1] },
    { tile: strangers[door], from: 12, until: 20, right: !one.right, y: 10 },
    { tile: one.tile, from: 12, until: 20, right: one.right, y: 220 },
  ];
}

describe("a crowd before a webcam and an RTSP camera", { timeout: 600_000 }, () => {
  let gatebook, api, booth, boothPage, desk, deskPage, camera;

  before(async () => {
    const where = await studio();
    const [port] = await freePorts(1);
    const film = await video(await crossing(where, "court", walks("Court"), length));
    camera = new RtspCamera({ port, film, user: "gate", password: "seven-boats" });
    await camera.start();
    gatebook = await Gatebook.start({ settings: { GATEBOOK_CAMERAS_ALLOW: '["127.0.0.1"]' } });
    api = await Api.first(gatebook);
    const area = await api.post("/areas", { name: "House" });
    const points = {};
    for (const name of ["Court", "Archive"]) points[name] = await api.post("/access-points", { name, direction: "entry", area: area.id });
    for (const [number, person] of people.entries()) {
      const photographs = [];
      for (const tile of person.enrolled) photographs.push(await portrait(where, tile));
      await enrol(api, await addPerson(api, { number: String(500 + number), name: person.name }), photographs);
    }
    booth = await browser({ film: await crossing(where, "archive", walks("Archive"), length) });
    boothPage = await openPage(booth);
    desk = await browser();
    deskPage = await openPage(desk);
    for (const page of [boothPage, deskPage]) {
      await keepLabels(page);
      await signIn(page, gatebook.address);
    }
    await boothPage.goto(`${gatebook.address}/station`);
    await boothPage.getByLabel("Name of the camera").fill("Webcam at the archive");
    await boothPage.getByLabel("It watches").selectOption({ label: "Archive" });
    await boothPage.getByRole("button", { name: "Add and start" }).click();
    await boothPage.getByText(/frames\/s/).waitFor();
    await deskPage.goto(`${gatebook.address}/live`);
    const address = { address: camera.address, user: "gate", password: "seven-boats" };
    await api.post("/network-cameras", { name: "Camera at the court", access_point: points.Court.id, frames_per_second: 5, ...address });
  });

  after(async () => {
    await booth?.close();
    await desk?.close();
    await camera?.stop();
    await gatebook?.stop();
  });

  it("has everybody in the log at the door that they passed, once, and nobody else", async () => {
    const named = async () => (await passages(api)).filter((passage) => passage.person);
    await eventually("everybody is in the log", async () => (await named()).length >= people.length, { within: 90_000 });
    await sleep(watched * 1000);
    const told = (await named()).map((passage) => `${passage.person.name}: ${passage.access_point.name}`).sort();
    assert.deepEqual(told, people.map(({ name, door }) => `${name}: ${door}`).sort());
  });

  it("and the strangers as strangers, at both doors, once each time that they came", async (t) => {
    const unnamed = (await passages(api)).filter((passage) => !passage.person);
    assert.deepEqual([...new Set(unnamed.map((one) => one.access_point.name))].sort(), Object.keys(strangers).sort());
    for (const [door, seconds] of Object.entries(rounds)) {
      const times = unnamed.filter((one) => one.access_point.name === door).map((one) => Date.parse(one.at) / 1000);
      const gaps = times.slice(1).map((time, i) => times[i] - time);
      t.diagnostic(`${door}, a round of ${seconds} s: ${times.length} passages, apart by ${gaps.map((gap) => gap.toFixed(1)).join(", ")} s`);
      assert.deepEqual(gaps.filter((gap) => gap < seconds * 0.7), [], `twice in one round at ${door}`);
    }
  });

  it("keeps each name over whoever has it while they cross", async () => {
    const seen = await labels(deskPage, { seconds: watched });
    for (const { name, right } of people) {
      const steps = moves(seen.filter(({ text }) => text.startsWith(name)));
      assert.ok(steps.length >= 10, `${name} was over a face that moved in ${steps.length} pairs of pictures`);
      const back = steps.filter((step) => step > 0 !== right);
      assert.deepEqual(back, [], `${name} turned about in ${back.length} of ${steps.length}`);
    }
  });
});

/** By how much of the picture's width a name moved within about half a second, wherever it moved at all. */
function moves(seen) {
  const steps = [];
  for (const [i, label] of seen.entries()) {
    const next = seen.slice(i + 1).find(({ at }) => at - label.at > 400);
    if (next && next.at - label.at < 1200 && Math.abs(next.x - label.x) > 0.03) steps.push(next.x - label.x);
  }
  return steps;
}

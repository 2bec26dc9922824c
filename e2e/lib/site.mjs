// A site with two classic gates, set up through the API as an installer would.
import { readFile } from "node:fs/promises";

/** The area and its two gates, each with an entry and an exit, at 127.0.0.11 and 127.0.0.12. */
export async function twoGates(api) {
  const area = await api.post("/areas", { name: "Court" });
  const north = await gate(api, area, "North gate", "127.0.0.11");
  const south = await gate(api, area, "South gate", "127.0.0.12");
  return { area, north, south };
}

async function gate(api, area, name, address) {
  const point = (direction) => api.post("/access-points", { name: `${name}, ${direction}`, direction, area: area.id });
  const [entry, exit] = [await point("entry"), await point("exit")];
  const addresses = { controller_address: address, camera_address: address };
  const made = await api.post("/gates", { name, ...addresses, entry: entry.id, exit: exit.id });
  return { ...made, entry, exit, address };
}

/** Registers somebody. */
export function addPerson(api, { number, name }) {
  return api.post("/people", { number, name });
}

/** Enrols photographs of somebody, and those of which all that is wrong is `overruled`; what was found in each. */
export async function enrol(api, person, files, overruled = []) {
  const form = new FormData();
  for (const file of files) form.append("images", new Blob([await readFile(file)], { type: "image/jpeg" }), "photo.jpg");
  form.append("overruled", JSON.stringify(overruled));
  return api.post(`/people/${person.id}/faces`, form);
}

/** Every entry of the log, newest first. */
export async function wholeLog(api) {
  const entries = [];
  let before = "";
  for (;;) {
    const page = await api.get(`/log?limit=200${before}`);
    entries.push(...page.entries);
    if (!page.next) return entries;
    before = `&before=${page.next}`;
  }
}

/** The passages of the log, newest first. */
export async function passages(api) {
  const entries = await wholeLog(api);
  return entries.filter((entry) => entry.record.kind === "access").map((entry) => entry.record.passage);
}

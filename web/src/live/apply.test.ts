import { describe, expect, it } from "vitest";
import type { Alert, Passage, PersonBrief } from "../api/types";
import { applied, mergeAlerts, namesUnknownArea, withDevice } from "./apply";
import type { Committed, LiveSnapshot, PresenceChange } from "./wire";

const ada: PersonBrief = { id: "p1", number: "7", name: "Ada", department: "", photo: null, deleted: false };

const snapshot: LiveSnapshot = {
  sequence: 4,
  at: "2026-11-21T08:00:00Z",
  last: null,
  arrivals: [],
  feed: [],
  inside: { total: 0, areas: [{ area: { id: "hall", name: "Hall" }, count: 0, people: [] }] },
  entries_today: 0,
  alerts: [],
  cameras: [
    {
      device: "cam",
      name: "Door",
      access_point: { id: "a1", name: "Main door" },
      disabled: false,
      connected: false,
      last_frame_at: null,
    },
  ],
};

function passage(index: number): Passage {
  return {
    index,
    event: `e${index}`,
    at: "2026-11-21T08:00:00Z",
    access_point: { id: "a1", name: "Main door", direction: "entry" },
    person: { ...ada, status: "active", details: null },
    picture: null,
    outcome: "granted",
    taken: "taken",
    reported: false,
    rule: "face_alone",
    reasons: [],
    scores: null,
    covered: [],
    comparison: null,
    liveness: "not_established",
    finger: null,
    tag: null,
    name_on_card: null,
    devices: [],
    time: { source: "server", skew_ms: null, device: { state: "absent" }, received_at: "2026-11-21T08:00:00Z" },
    topic: "AccessControl/AccessTaken/Credential",
    corrected_by: [],
    one_of: [],
    before: null,
  };
}

function committed(index: number, more: Partial<Committed> = {}): Committed {
  return {
    index,
    event: `e${index}`,
    kind: "access",
    passage: passage(index),
    alerts: [],
    presence: [],
    entries_today: null,
    changed: [],
    ...more,
  };
}

const enters: PresenceChange = {
  visit: "v1",
  area: "hall",
  person: ada,
  inside: true,
  since: "2026-11-21T08:00:00Z",
  last_seen: null,
  evidence: "e4",
};

describe("the live snapshot", () => {
  it("shows a pushed passage as the last one, in the feed and among the arrivals", () => {
    const now = applied(snapshot, committed(4, { entries_today: 1 }));
    expect(now.last?.event).toBe("e4");
    expect(now.feed).toHaveLength(1);
    expect(now.arrivals).toHaveLength(1);
    expect(now).toMatchObject({ sequence: 5, entries_today: 1 });
  });

  it("keeps the newest passage last when an older one is pushed after a snapshot that holds both", () => {
    const holdsBoth = applied(applied(snapshot, committed(4)), committed(5));
    const again = applied({ ...holdsBoth, sequence: 4 }, committed(4));
    expect(again.feed.map((one) => one.index)).toEqual([5, 4]);
    expect(again.last?.index).toBe(5);
  });

  it("counts somebody once, however often the same visit is pushed", () => {
    const once = applied(snapshot, committed(4, { presence: [enters] }));
    const twice = applied(once, committed(5, { presence: [enters] }));
    expect(twice.inside).toMatchObject({ total: 1, areas: [{ count: 1 }] });
    const left = applied(twice, committed(6, { presence: [{ ...enters, inside: false }] }));
    expect(left.inside.total).toBe(0);
  });

  it("notices somebody entering an area that it cannot name", () => {
    expect(namesUnknownArea(snapshot, committed(4, { presence: [enters] }))).toBe(false);
    expect(namesUnknownArea(snapshot, committed(4, { presence: [{ ...enters, area: "attic" }] }))).toBe(true);
  });

  it("drops an alert that was acknowledged and puts a new one first", () => {
    const alert = (id: string, raised_at: string): Alert => ({
      id,
      kind: "stranger",
      raised_at,
      event: "e1",
      access_point: null,
      device: null,
      person: null,
      acknowledged: null,
    });
    const open = [alert("a", "2026-11-21T08:00:00Z")];
    const both = mergeAlerts(open, [alert("b", "2026-11-21T09:00:00Z")]);
    expect(both.map((one) => one.id)).toEqual(["b", "a"]);
    const acknowledged = {
      ...alert("a", "2026-11-21T08:00:00Z"),
      acknowledged: { by: { id: "u", name: "Op" }, at: "2026-11-21T09:01:00Z", note: "" },
    };
    expect(mergeAlerts(both, [acknowledged]).map((one) => one.id)).toEqual(["b"]);
  });

  it("shows that a camera came back", () => {
    expect(withDevice(snapshot, { device: "cam", connected: true, at: "2026-11-21T08:00:00Z" }).cameras[0]?.connected).toBe(true);
  });
});

/** How a snapshot changes with what is pushed. Pure; each change may be applied twice without harm. */
import type { Alert, Passage, Presence } from "../api/types";
import type { Committed, DevicePush, LiveSnapshot, PresenceChange } from "./wire";

const feedLength = 50;
const arrivalsLength = 20;

/** A snapshot after one committed entry. */
export function applied(snapshot: LiveSnapshot, pushed: Committed): LiveSnapshot {
  let now: LiveSnapshot = { ...snapshot, sequence: pushed.index + 1 };
  if (pushed.passage) now = withPassage(now, pushed.passage);
  if (pushed.entries_today !== undefined && pushed.entries_today !== null) now.entries_today = pushed.entries_today;
  now.inside = pushed.presence.reduce(withPresence, now.inside);
  if (pushed.alerts.length > 0) now.alerts = mergeAlerts(now.alerts, pushed.alerts);
  return now;
}

/** Newest first by index, each once. */
function inserted(passages: Passage[], passage: Passage, most: number): Passage[] {
  const others = passages.filter((known) => known.event !== passage.event);
  return [passage, ...others].sort((a, b) => b.index - a.index).slice(0, most);
}

function isArrival(passage: Passage): boolean {
  return (
    passage.person !== null &&
    passage.person !== undefined &&
    passage.access_point.direction !== "exit" &&
    passage.taken === "taken"
  );
}

function withPassage(snapshot: LiveSnapshot, passage: Passage): LiveSnapshot {
  const feed = inserted(snapshot.feed, passage, feedLength);
  const arrivals = isArrival(passage) ? inserted(snapshot.arrivals, passage, arrivalsLength) : snapshot.arrivals;
  return { ...snapshot, last: feed[0] ?? null, feed, arrivals };
}

/** Open alerts after some changed: acknowledged ones go, new ones stand first. */
export function mergeAlerts(open: Alert[], changed: Alert[]): Alert[] {
  const ids = new Set(changed.map((alert) => alert.id));
  const fresh = changed.filter((alert) => !alert.acknowledged);
  return [...fresh, ...open.filter((alert) => !ids.has(alert.id))].sort((a, b) => b.raised_at.localeCompare(a.raised_at));
}

/** Whether a change is about an area that the snapshot does not name yet. */
export function namesUnknownArea(snapshot: LiveSnapshot, pushed: Committed): boolean {
  return pushed.presence.some((change) => change.inside && !snapshot.inside.areas.some((area) => area.area.id === change.area));
}

function withPresence(presence: Presence, change: PresenceChange): Presence {
  const areas = presence.areas.map((area) => {
    const others = area.people.filter((one) => one.visit !== change.visit);
    const here = change.inside && area.area.id === change.area;
    if (!here && others.length === area.people.length) return area;
    const { person, since, visit, evidence, last_seen } = change;
    const people = here ? [{ person, since, visit, evidence, last_seen: last_seen ?? null }, ...others] : others;
    return { ...area, people, count: area.count + people.length - area.people.length };
  });
  return { total: areas.reduce((sum, area) => sum + area.count, 0), areas };
}

/** A snapshot after a camera came or went. */
export function withDevice(snapshot: LiveSnapshot, pushed: DevicePush): LiveSnapshot {
  const cameras = snapshot.cameras.map((camera) =>
    camera.device === pushed.device ? { ...camera, connected: pushed.connected } : camera,
  );
  return { ...snapshot, cameras };
}

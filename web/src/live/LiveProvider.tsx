import { useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { house } from "./house";
import type { Changed } from "./wire";

/** Which cached answers a change makes old, by the first part of their key. */
const keysOf: Record<Changed, string[]> = {
  people: ["people", "fingers"],
  tags: ["people", "tags"],
  visits: ["people", "attendance"],
  // A lock-out comes with its alert.
  alerts: ["alerts", "fingers"],
  unresolved: ["unresolved"],
  places: ["places"],
  devices: ["devices", "places"],
  settings: ["places", "session", "attendance"],
  users: ["users"],
  corrections: ["log", "people", "attendance"],
};

/** Keeps the live connection while the page is open, and the cache in step with what is committed. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  useEffect(() => house.start(), []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = new Set<string>();
    const stop = house.onCommitted((pushed) => {
      changed.add("log");
      for (const topic of pushed.changed) for (const key of keysOf[topic]) changed.add(key);
      // A burst of passages refreshes the open page once, not once each.
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const key of changed) void queries.invalidateQueries({ queryKey: [key] });
        changed.clear();
      }, 700);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [queries]);
  return children;
}

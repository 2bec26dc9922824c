export type DayFilter = "all" | "present" | "absent" | "late" | "early";

export interface AttendanceSearch {
  /** A civil date at the site, `2026-11-21`; absent: today. */
  date?: string;
  show?: Exclude<DayFilter, "all">;
}

const filters = ["present", "absent", "late", "early"] as const;

export function attendanceSearch(search: Record<string, unknown>): AttendanceSearch {
  const out: AttendanceSearch = {};
  if (typeof search.date === "string" && /^\d{4}-\d{2}-\d{2}$/u.test(search.date)) out.date = search.date;
  const show = filters.find((filter) => filter === search.show);
  if (show) out.show = show;
  return out;
}

export interface RollCallSearch {
  /** The camera before which the roll is called. */
  camera?: string;
  /** A department or class; absent: everybody. */
  of?: string;
}

export function rollCallSearch(search: Record<string, unknown>): RollCallSearch {
  const out: RollCallSearch = {};
  if (typeof search.camera === "string") out.camera = search.camera;
  if (typeof search.of === "string") out.of = search.of;
  return out;
}

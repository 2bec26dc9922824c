import type { EntryKind, Outcome } from "../../api/types";

/** The log's filters, all in the address: a filtered log can be sent as a link. */
export interface LogSearch {
  /** Wall-clock times at the site, `2026-11-21T08:00`. */
  from?: string;
  until?: string;
  access_point?: string;
  person?: string;
  kind?: EntryKind;
  outcome?: Outcome;
  tag?: string;
  /** The entry whose drawer is open. */
  event?: string;
  /** The unresolved list instead of the log. */
  view?: "unresolved";
}

const kinds: EntryKind[] = ["access", "act", "correction", "notice"];
const outcomes: Outcome[] = ["granted", "denied"];

function text(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : undefined;
}

export function logSearch(search: Record<string, unknown>): LogSearch {
  const out: LogSearch = {};
  for (const key of ["from", "until", "access_point", "person", "tag", "event"] as const) {
    const value = text(search[key]);
    if (value !== undefined) out[key] = value;
  }
  const kind = kinds.find((one) => one === search.kind);
  const outcome = outcomes.find((one) => one === search.outcome);
  if (kind) out.kind = kind;
  if (outcome) out.outcome = outcome;
  if (search.view === "unresolved") out.view = "unresolved";
  return out;
}

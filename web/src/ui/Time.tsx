import { createContext, use } from "react";
import { clock, day, relative, zoneName } from "./format";
import { useNow } from "./now";

/** The site's IANA time zone: every time on the page is in it. */
export const Zone = createContext("UTC");

export function useZone(): string {
  return use(Zone);
}

interface TimeProps {
  at: string;
  /** `time`: 08:04:59; `clock`: with the day when it is not today; `full`: always with the day; `exact`: with year and zone,
      for what is evidence; `ago`: a hint. */
  show?: "time" | "clock" | "full" | "exact" | "ago";
  seconds?: boolean;
}

/** A time in the site's zone, with the rest of it as a hint. */
export function Time({ at, show = "clock", seconds = true }: TimeProps) {
  const zone = useZone();
  const now = useNow(show === "ago" ? 5000 : 60_000);
  const full = `${day(at, zone)}, ${clock(at, zone)} (${zone})`;
  const today = day(at, zone) === day(new Date(now).toISOString(), zone);
  const dayless = show === "time" || (show === "clock" && today);
  const time = clock(at, zone, seconds);
  const exact = `${day(at, zone)} ${time} ${zoneName(at, zone)}`;
  const days = dayless ? time : `${shortDay(day(at, zone), now, zone)} ${time}`;
  const text = show === "ago" ? relative(at, now) : show === "exact" ? exact : days;
  return (
    <time dateTime={at} title={show === "ago" ? full : `${full} — ${relative(at, now)}`} className="num">
      {text}
    </time>
  );
}

/** Leaves this year's number out. */
function shortDay(text: string, now: number, zone: string): string {
  const year = day(new Date(now).toISOString(), zone).slice(-4);
  return text.endsWith(year) ? text.slice(0, -5) : text;
}

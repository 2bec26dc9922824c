/** Pure formatting. Times are RFC 3339 texts; `zone` is the site's IANA time zone. */

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const id = `${zone}|${key}`;
  let found = made.get(id);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone, hourCycle: "h23" });
    made.set(id, found);
  }
  return found;
}

/** `08:04:59`, or `08:04` without seconds. */
export function clock(at: string, zone: string, seconds = true): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (seconds) options.second = "2-digit";
  return formatter(zone, seconds ? "hms" : "hm", options).format(new Date(at));
}

/** `Fri 21 Nov 2026`. */
export function day(at: string, zone: string): string {
  return formatter(zone, "day", { weekday: "short", day: "numeric", month: "short", year: "numeric" })
    .format(new Date(at))
    .replace(",", "");
}

/** The zone as it is called at that time, `UTC` or `GMT+5:30`. */
export function zoneName(at: string, zone: string): string {
  const parts = formatter(zone, "zone", { hour: "2-digit", timeZoneName: "short" }).formatToParts(new Date(at));
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** The civil date at the site, `2026-11-21`. */
export function isoDay(at: string | Date, zone: string): string {
  const parts = formatter(zone, "iso", { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** A civil date (`2026-11-21`) for reading: `Sat 21 Nov 2026`. */
export function civilDay(date: string): string {
  return day(`${date}T12:00:00Z`, "UTC");
}

/** A civil date some days later (or earlier). */
export function shiftDay(date: string, days: number): string {
  const at = new Date(`${date}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** `just now`, `5 min ago`, `in 3 h`, `2 days ago`. */
export function relative(at: string, now: number): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  const size = Math.abs(seconds);
  if (size < 10) return "just now";
  const text =
    size < 60
      ? `${size} s`
      : size < 3600
        ? `${Math.floor(size / 60)} min`
        : size < 86_400
          ? `${Math.floor(size / 3600)} h`
          : days(size);
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

function days(seconds: number): string {
  const count = Math.floor(seconds / 86_400);
  return count === 1 ? "1 day" : `${count} days`;
}

/** Minutes as `7 h 45 min`. */
export function duration(minutes: number): string {
  const whole = Math.max(0, Math.round(minutes));
  const h = Math.floor(whole / 60);
  const m = whole % 60;
  if (h === 0) return `${m} min`;
  return m === 0 ? `${h} h` : `${h} h ${m} min`;
}

/** Milliseconds of a clock's skew, signed: `+1.2 s`, `−340 ms`, `+3 h 5 min`. */
export function skew(ms: number): string {
  const sign = ms < 0 ? "−" : "+";
  const size = Math.abs(ms);
  if (size < 1000) return `${sign}${Math.round(size)} ms`;
  if (size < 120_000) return `${sign}${(size / 1000).toFixed(1)} s`;
  return `${sign}${duration(size / 60_000)}`;
}

/** Minutes after midnight as `09:05`. */
export function minutesAsClock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** `09:05` as minutes after midnight; null when it is no time of day. */
export function clockAsMinutes(text: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/u.exec(text);
  if (!match) return null;
  const [h, m] = [Number(match[1]), Number(match[2])];
  return h < 24 && m < 60 ? h * 60 + m : null;
}

/** `1 person`, `3 people`. */
export function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
}

/** A share as how seldom that is: `1 in 12,000`, two digits of it. */
export function rarity(rate: number): string {
  if (rate <= 1e-9) return "less than 1 in 1,000,000,000";
  const n = 1 / rate;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  return `1 in ${(Math.round(n / step) * step).toLocaleString("en-GB")}`;
}

/** How seldom something happens by chance, whether that was measured, and what is allowed. */
export function rarityLine(
  what: string,
  { rate, measured, allowed }: { rate: number; measured: boolean; allowed: number },
): string {
  return `${what}: ${rarity(rate)} (${measured ? "measured" : "extrapolated"}); ${rarity(allowed)} is allowed`;
}

/** A wall-clock time at the site (`2026-11-21T09:30`) as an instant in RFC 3339. */
export function siteTimeToInstant(local: string, zone: string): string | null {
  const guess = Date.parse(`${local}Z`);
  if (Number.isNaN(guess)) return null;
  // Two rounds settle the offset on both sides of a change to or from summer time.
  let at = guess - offset(guess, zone);
  at = guess - offset(at, zone);
  return new Date(at).toISOString();
}

/** An instant as the site's wall clock, for a `datetime-local` input. */
export function instantToSiteTime(at: string | number, zone: string): string {
  const ms = new Date(at).getTime();
  return new Date(ms + offset(ms, zone)).toISOString().slice(0, 16);
}

function offset(ms: number, zone: string): number {
  const parts = formatter(zone, "offset", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(ms);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(ms / 1000) * 1000;
}

import { describe, expect, it } from "vitest";
import {
  clock,
  clockAsMinutes,
  duration,
  instantToSiteTime,
  isoDay,
  minutesAsClock,
  rarity,
  relative,
  shiftDay,
  siteTimeToInstant,
  skew,
  zoneName,
} from "./format";

describe("how seldom something is", () => {
  it("is one in so many, in two digits, and has an end", () => {
    expect([1, 0.25, 1e-3, 1 / 12_345, 1e-6].map(rarity)).toEqual([
      "1 in 1",
      "1 in 4",
      "1 in 1,000",
      "1 in 12,000",
      "1 in 1,000,000",
    ]);
    expect([1e-9, 1e-12, 0].map(rarity)).toEqual(Array(3).fill("less than 1 in 1,000,000,000"));
  });
});

describe("times in the site's zone", () => {
  it("shows an instant as the site's clock, not the browser's", () => {
    expect(clock("2026-11-21T20:30:05Z", "Asia/Kolkata")).toBe("02:00:05");
    expect(isoDay("2026-11-21T20:30:05Z", "Asia/Kolkata")).toBe("2026-11-22");
  });

  it("names the zone as it is called at that time", () => {
    expect(zoneName("2026-11-21T20:30:05Z", "Etc/UTC")).toBe("UTC");
    expect(zoneName("2026-11-21T20:30:05Z", "Asia/Kolkata")).toBe("GMT+5:30");
    expect(zoneName("2026-07-01T00:00:00Z", "Europe/London")).toBe("BST");
  });

  it("writes midnight as 00, not 24", () => {
    expect(clock("2026-01-01T00:00:00Z", "UTC", false)).toBe("00:00");
  });

  it("turns a wall-clock time into an instant and back", () => {
    expect(siteTimeToInstant("2026-07-01T09:30", "Europe/Berlin")).toBe("2026-07-01T07:30:00.000Z");
    expect(siteTimeToInstant("2026-12-01T09:30", "Europe/Berlin")).toBe("2026-12-01T08:30:00.000Z");
    expect(instantToSiteTime("2026-07-01T07:30:00Z", "Europe/Berlin")).toBe("2026-07-01T09:30");
  });

  it("gets the hours around a change to summer time right", () => {
    expect(siteTimeToInstant("2026-03-29T03:15", "Europe/Berlin")).toBe("2026-03-29T01:15:00.000Z");
    expect(siteTimeToInstant("2026-03-29T01:45", "Europe/Berlin")).toBe("2026-03-29T00:45:00.000Z");
  });

  it("refuses what is no time", () => {
    expect(siteTimeToInstant("yesterday", "UTC")).toBeNull();
    expect(clockAsMinutes("25:00")).toBeNull();
    expect(clockAsMinutes("9h")).toBeNull();
  });
});

describe("hints", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");

  it("says how long ago something was", () => {
    expect(relative("2026-11-21T11:59:55Z", now)).toBe("just now");
    expect(relative("2026-11-21T11:59:20Z", now)).toBe("40 s ago");
    expect(relative("2026-11-21T11:15:00Z", now)).toBe("45 min ago");
    expect(relative("2026-11-20T11:00:00Z", now)).toBe("1 day ago");
    expect(relative("2026-11-21T15:00:00Z", now)).toBe("in 3 h");
  });

  it("shows durations and skew in units people read", () => {
    expect(duration(465)).toBe("7 h 45 min");
    expect(duration(60)).toBe("1 h");
    expect(skew(-340)).toBe("−340 ms");
    expect(skew(1234)).toBe("+1.2 s");
  });

  it("reads and writes times of day", () => {
    expect(minutesAsClock(545)).toBe("09:05");
    expect(clockAsMinutes("09:05")).toBe(545);
    expect(shiftDay("2026-03-01", -1)).toBe("2026-02-28");
  });
});

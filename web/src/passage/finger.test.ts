import { describe, expect, it } from "vitest";
import type { Fingerprint } from "../api/types";
import { fingerLine, scoreLine, seldomness } from "./finger";

const found: Fingerprint = {
  result: "matched",
  mode: "search",
  position: "right_index",
  presses: 2,
  score: { rate: 1e-5, measured: false, allowed: 1e-3 / 12, similarity: 8.2 },
  searched: 12,
  picture: "p",
};

describe("a finger that was compared", () => {
  it("is told with which one, how, and how many presses it took", () => {
    expect(fingerLine(found)).toBe("Right index finger, searched among everybody (1:N), 12 fingers, 2 presses");
    expect(fingerLine({ ...found, mode: "claim", position: null, presses: 1, searched: 1 })).toBe(
      "Held against the holder of the tag (1:1)",
    );
  });

  it("is not told as compared while fingers are locked", () => {
    expect(fingerLine({ ...found, result: "locked", position: null, score: null })).toBe("Not compared: fingers were locked");
  });

  it("has its score as one in so many, told as counted or continued", () => {
    expect(scoreLine(found)).toBe("A stranger's finger scores so high: 1 in 100,000 (extrapolated); 1 in 12,000 is allowed");
    expect(scoreLine({ ...found, score: { rate: 0.25, measured: true, allowed: 0.001, similarity: 0 } })).toBe(
      "A stranger's finger scores so high: 1 in 4 (measured); 1 in 1,000 is allowed",
    );
  });

  it("has no score for those who may not see it", () => {
    expect(scoreLine({ ...found, score: null })).toBeNull();
  });

  it("stands the further right the more seldom it is, and stays on the scale", () => {
    expect(seldomness(1)).toBe(0);
    expect(seldomness(1e-4)).toBeCloseTo(50);
    expect(seldomness(0)).toBe(100);
    expect(seldomness(3)).toBe(0);
  });
});

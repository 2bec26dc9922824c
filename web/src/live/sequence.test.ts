import { describe, expect, it } from "vitest";
import { align, step } from "./sequence";

const indexes = (deltas: { index: number }[]) => deltas.map((delta) => delta.index);

describe("pushed entries and the snapshot", () => {
  it("applies the next one, skips one that the snapshot holds already, and notices a missing one", () => {
    expect(step(5, 5)).toBe("apply");
    expect(step(5, 4)).toBe("repeat");
    expect(step(5, 7)).toBe("gap");
  });

  it("puts entries that were pushed while the snapshot was on its way onto it, in order and once", () => {
    const result = align(10, [{ index: 11 }, { index: 9 }, { index: 10 }, { index: 10 }]);
    expect(indexes(result.apply)).toEqual([10, 11]);
    expect(result).toMatchObject({ next: 12, gap: false });
  });

  it("stops before a gap, so that nothing is applied out of order", () => {
    const result = align(10, [{ index: 10 }, { index: 12 }, { index: 13 }]);
    expect(indexes(result.apply)).toEqual([10]);
    expect(result).toMatchObject({ next: 11, gap: true });
  });

  it("an empty log's first entry is index 0", () => {
    expect(align(0, [{ index: 0 }]).next).toBe(1);
  });
});

/** What to do with a pushed entry of the log, when `next` is the index expected. */
export type Step = "apply" | "repeat" | "gap";

export function step(next: number, index: number): Step {
  if (index === next) return "apply";
  return index < next ? "repeat" : "gap";
}

/**
 * Sorts pushed entries onto a snapshot: which to apply in order, where to go on, and whether
 * something is missing in between (then the snapshot has to be fetched again).
 */
export function align<Delta extends { index: number }>(
  next: number,
  deltas: Delta[],
): { apply: Delta[]; next: number; gap: boolean } {
  const apply: Delta[] = [];
  let expected = next;
  for (const delta of [...deltas].sort((a, b) => a.index - b.index)) {
    const what = step(expected, delta.index);
    if (what === "gap") return { apply, next: expected, gap: true };
    if (what === "apply") {
      apply.push(delta);
      expected += 1;
    }
  }
  return { apply, next: expected, gap: false };
}

/** Comparisons of fingers in words. */
import type { Fingerprint } from "../api/types";
import { count, rarityLine } from "../ui/format";
import { fingerModes, fingerPositions, fingerResults } from "../words";

/** Which finger, how it was compared, and whether it had to be pressed again. */
export function fingerLine({ result, position, mode, searched, presses }: Fingerprint): string {
  if (result === "locked" || result === "not_compared") return fingerResults[result];
  const parts = [fingerModes[mode].charAt(0).toLowerCase() + fingerModes[mode].slice(1)];
  if (position) parts.unshift(fingerPositions[position]);
  if (mode === "search" && searched > 0) parts.push(count(searched, "finger", "fingers"));
  if (presses > 1) parts.push(count(presses, "press", "presses"));
  const line = parts.join(", ");
  return line.charAt(0).toUpperCase() + line.slice(1);
}

/** How seldom a stranger's finger scores so high, and what was asked; null where that is not told. */
export function scoreLine({ score }: Fingerprint): string | null {
  return score ? rarityLine("A stranger's finger scores so high", score) : null;
}

/** Where a rate stands on a scale from 1 in 1 to 1 in 100 million, in percent: as seldom as that is far to the right. */
export function seldomness(rate: number): number {
  const decades = -Math.log10(Math.max(rate, 1e-8));
  return (Math.min(8, Math.max(0, decades)) / 8) * 100;
}

import type { Fingerprint } from "../api/types";
import { cx } from "../ui/cx";
import { rarity } from "../ui/format";
import { fingerResults } from "../words";
import { fingerLine, seldomness } from "./finger";
import css from "./Scores.module.css";

/** A finger's score against what was allowed, each as how seldom a stranger's finger reaches it. */
export function FingerScore({ fingerprint }: { fingerprint: Fingerprint }) {
  const { score, result } = fingerprint;
  const enough = result === "matched";
  if (!enough && result !== "unmatched") return <p className={css.note}>{fingerResults[result]}.</p>;
  return (
    <div className={css.score}>
      <p className={css.line}>
        <span>{fingerResults[result]}</span>
        {score && (
          <span className="num">
            <strong className={enough ? css.good : css.bad}>{rarity(score.rate)}</strong>, needed {rarity(score.allowed)}
          </span>
        )}
      </p>
      {score && (
        <div className={css.scale} aria-hidden>
          <div className={cx(css.fill, enough ? css.fillGood : css.fillBad)} style={{ width: `${seldomness(score.rate)}%` }} />
          <span className={css.threshold} style={{ left: `${seldomness(score.allowed)}%` }} />
        </div>
      )}
      <p className={css.note}>
        {fingerLine(fingerprint)}
        {score && ` · how seldom a stranger's finger scores so high, ${score.measured ? "measured" : "extrapolated"}`}
      </p>
    </div>
  );
}

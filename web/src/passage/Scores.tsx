import type { Passage } from "../api/types";
import { cx } from "../ui/cx";
import { rarityLine } from "../ui/format";
import { comparisons } from "../words";
import { FingerScore } from "./FingerScore";
import { SpoofScore } from "./SpoofScore";
import css from "./Scores.module.css";

/** Similarities below this say nothing, so the scale begins here. */
const floor = 0.8;

function place(value: number): string {
  return `${Math.min(100, Math.max(0, ((value - floor) / (1 - floor)) * 100))}%`;
}

/** A similarity against its threshold, and the runner-up, on one scale. */
export function ScoreBar({
  label,
  score,
  threshold,
  runnerUp,
}: {
  label: string;
  score: number;
  threshold: number;
  runnerUp?: number | null | undefined;
}) {
  const enough = score >= threshold;
  return (
    <div className={css.score}>
      <p className={css.line}>
        <span>{label}</span>
        <span className="num">
          <strong className={enough ? css.good : css.bad}>{score.toFixed(3)}</strong> {enough ? "≥" : "<"} {threshold.toFixed(3)}{" "}
          needed
        </span>
      </p>
      <div className={css.scale} aria-hidden>
        <div className={cx(css.fill, enough ? css.fillGood : css.fillBad)} style={{ width: place(score) }} />
        {runnerUp !== undefined && runnerUp !== null && <span className={css.runnerUp} style={{ left: place(runnerUp) }} />}
        <span className={css.threshold} style={{ left: place(threshold) }} />
      </div>
      {runnerUp !== undefined && runnerUp !== null && <p className={css.note}>Runner-up person: {runnerUp.toFixed(3)}</p>}
    </div>
  );
}

/** The scores of a passage: the finger, the face among everybody and whether it is a picture, and the picture against the person. */
export function Scores({ passage }: { passage: Passage }) {
  const { scores, comparison } = passage;
  return (
    <>
      {passage.fingerprint && <FingerScore fingerprint={passage.fingerprint} />}
      {scores && (
        <div>
          <ScoreBar label="Face among everybody" score={scores.score} threshold={scores.threshold} runnerUp={scores.runner_up} />
          <p className={css.note}>
            {scores.frames} {scores.frames === 1 ? "frame" : "frames"} agreed · gallery of {scores.gallery}
          </p>
          {scores.rarity && <p className={css.note}>{rarityLine("A stranger looks so alike", scores.rarity)}</p>}
        </div>
      )}
      {passage.spoof && <SpoofScore spoof={passage.spoof} />}
      {comparison &&
        ("score" in comparison ? (
          <ScoreBar label={comparisons[comparison.result]} score={comparison.score} threshold={comparison.threshold} />
        ) : (
          <p className={css.note}>{comparisons[comparison.result]}.</p>
        ))}
    </>
  );
}

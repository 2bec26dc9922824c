import type { Spoof } from "../api/types";
import { spoofVerdicts } from "../words";
import css from "./Scores.module.css";

/** What the site's own spoof models hold a face for. */
export function SpoofScore({ spoof }: { spoof: Spoof }) {
  const { score, threshold, verdict, frames } = spoof;
  return (
    <div className={css.score}>
      <p className={css.line}>
        <span>{spoofVerdicts[verdict]}</span>
        {score !== null && score !== undefined && (
          <span className="num">
            <strong className={score >= threshold ? css.good : css.bad}>{score.toFixed(3)}</strong>, real from{" "}
            {threshold.toFixed(3)}
          </span>
        )}
      </p>
      <p className={css.note}>
        {spoof.models.length === 1 ? "Spoof model" : "Spoof models"} {spoof.models.join(", ")} · {frames}{" "}
        {frames === 1 ? "frame" : "frames"}
      </p>
    </div>
  );
}

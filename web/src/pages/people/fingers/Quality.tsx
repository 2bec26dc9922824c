import { cx } from "../../../ui/cx";
import css from "./Fingers.module.css";

/** From here on a press is as good as most. */
const good = 35;

/** How clear a press is, 0 to 100, in a bar, a number and a colour; what is too unclear to be taken, the server says. */
export function Quality({ value, unclear = false }: { value: number; unclear?: boolean }) {
  return (
    <div className={css.quality}>
      <div
        className={css.qualityTrack}
        role="meter"
        aria-label="Quality"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={value}
      >
        <div
          className={cx(css.qualityBar, unclear ? css.poor : value >= good ? css.good : css.fair)}
          style={{ width: `${value}%` }}
        />
      </div>
      <span className="small muted num" aria-hidden>
        {value}
      </span>
    </div>
  );
}

import { cx } from "../../../ui/cx";
import css from "./Fingers.module.css";

/** Below the first a press is refused as unclear; from the second on it is as good as most. */
const [clear, good] = [18, 35];

/** How clear a press is, 0 to 100, in a bar, a number and a colour. */
export function Quality({ value }: { value: number }) {
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
          className={cx(css.qualityBar, value >= good ? css.good : value >= clear ? css.fair : css.poor)}
          style={{ width: `${value}%` }}
        />
      </div>
      <span className="small muted num" aria-hidden>
        {value}
      </span>
    </div>
  );
}

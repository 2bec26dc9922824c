import css from "./Progress.module.css";

/** How far something long has come; `value` in 0..=1, or null while that is unknown. */
export function Progress({ value, label }: { value: number | null; label: string }) {
  const percent = value === null ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      className={css.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div
        className={percent === undefined ? css.unknown : css.bar}
        style={percent === undefined ? undefined : { width: `${percent}%` }}
      />
    </div>
  );
}

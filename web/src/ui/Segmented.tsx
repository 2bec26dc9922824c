import css from "./Segmented.module.css";

interface SegmentedProps<Value extends string> {
  label: string;
  value: Value;
  options: { value: Value; label: string; count?: number }[];
  onChange: (value: Value) => void;
}

/** One of a few choices, all in sight. */
export function Segmented<Value extends string>({ label, value, options, onChange }: SegmentedProps<Value>) {
  return (
    <div className={css.group} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          className={css.option}
          onClick={() => onChange(option.value)}
        >
          {option.label}
          {option.count !== undefined && <span className={css.count}>{option.count}</span>}
        </button>
      ))}
    </div>
  );
}

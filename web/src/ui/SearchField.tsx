import { Search } from "lucide-react";
import type { InputHTMLAttributes } from "react";
import { cx } from "./cx";
import { inputClass } from "./Field";
import css from "./SearchField.module.css";

interface SearchProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> {
  label: string;
  value: string;
  onChange: (text: string) => void;
}

/** A search; `/` focuses it, Escape empties it. */
export function SearchField({ label, value, onChange, className, ...rest }: SearchProps) {
  return (
    <div className={cx(css.search, className)}>
      <Search size={17} aria-hidden />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        className={inputClass}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && (value === "" ? event.currentTarget.blur() : onChange(""))}
        {...rest}
      />
    </div>
  );
}

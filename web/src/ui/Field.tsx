import {
  useId,
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from "react";
import { CircleAlert } from "lucide-react";
import { cx } from "./cx";
import css from "./Field.module.css";

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null;
  className?: string;
  children: (wiring: Wiring) => ReactNode;
}

/** A label, a control, a hint and what is wrong with what was typed, wired for screen readers. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={cx(css.field, className)}>
      <label className={css.label} htmlFor={id}>
        {label}
      </label>
      {children({ id, "aria-describedby": described, "aria-invalid": error ? true : undefined })}
      {error ? (
        <p className={css.error} id={`${id}-error`}>
          <CircleAlert size={14} aria-hidden />
          {error}
        </p>
      ) : (
        hint && (
          <p className={css.hint} id={`${id}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

export interface Labelled {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  wide?: boolean;
}

type InputProps = Labelled & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function TextField({ label, hint, error, wide, className, ...input }: InputProps) {
  return (
    <Field label={label} hint={hint} error={error ?? null} className={cx(wide && css.wide, className)}>
      {(wiring) => <input className={css.input} {...wiring} {...input} />}
    </Field>
  );
}

export function AreaField({ label, hint, error, wide, ...area }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Field label={label} hint={hint} error={error ?? null} className={cx(wide && css.wide)}>
      {(wiring) => <textarea className={css.input} rows={3} {...wiring} {...area} />}
    </Field>
  );
}

export function SelectField({
  label,
  hint,
  error,
  wide,
  children,
  ...select
}: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Field label={label} hint={hint} error={error ?? null} className={cx(wide && css.wide)}>
      {(wiring) => (
        <select className={cx(css.input, css.select)} {...wiring} {...select}>
          {children}
        </select>
      )}
    </Field>
  );
}

interface CheckProps extends InputHTMLAttributes<HTMLInputElement> {
  label: ReactNode;
  hint?: ReactNode;
}

export function Check({ label, hint, type = "checkbox", ...input }: CheckProps) {
  return (
    <label className={css.check}>
      <input type={type} {...input} />
      <span>
        {label}
        {hint && <span className={css.checkHint}>{hint}</span>}
      </span>
    </label>
  );
}

/** Fields side by side where there is room. */
export function FieldGrid({ children }: { children: ReactNode }) {
  return <div className={css.grid}>{children}</div>;
}

/** The input's look for a control that brings its own label. */
export const inputClass = css.input;

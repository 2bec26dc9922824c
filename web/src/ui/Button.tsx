import type { ButtonHTMLAttributes, ComponentType, ReactNode, Ref } from "react";
import { cx } from "./cx";
import css from "./Button.module.css";

export type Icon = ComponentType<{ size?: number | string; "aria-hidden"?: boolean; className?: string }>;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: "primary" | "secondary" | "ghost" | "danger";
  size?: "s" | "m" | "l";
  icon?: Icon;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

export function Button({
  variant = "secondary",
  size = "m",
  icon: Icon,
  busy,
  children,
  className,
  disabled,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={cx(css.button, css[variant], css[size], className)}
      disabled={disabled === true || busy === true}
      aria-busy={busy === true ? true : undefined}
      {...rest}
    >
      {busy === true ? <span className={css.spinner} aria-hidden /> : Icon && <Icon size={size === "l" ? 18 : 16} aria-hidden />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonProps {
  label: string;
  icon: Icon;
}

/** A button of an icon alone; its label is read aloud and shown as a tooltip. */
export function IconButton({ label, icon: Icon, variant = "ghost", className, ...rest }: IconButtonProps) {
  return (
    <Button {...rest} variant={variant} className={cx(css.iconOnly, className)} aria-label={label} title={label}>
      <Icon size={18} aria-hidden />
    </Button>
  );
}

/** Looks of a button for a link. */
export function buttonClass(variant: "primary" | "secondary" | "ghost" = "secondary", size: "s" | "m" | "l" = "m"): string {
  return cx(css.button, css[variant], css[size]);
}

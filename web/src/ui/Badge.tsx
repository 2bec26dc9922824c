import type { ReactNode } from "react";
import type { Icon } from "./Button";
import { cx } from "./cx";
import css from "./Badge.module.css";

export type Tone = "neutral" | "good" | "bad" | "warn" | "info" | "accent";

interface BadgeProps {
  tone?: Tone;
  icon?: Icon;
  size?: "m" | "l";
  title?: string;
  children: ReactNode;
}

/** A short state in colour, icon and text together. */
export function Badge({ tone = "neutral", icon: Icon, size = "m", title, children }: BadgeProps) {
  return (
    <span className={cx(css.badge, css[tone], size === "l" && css.large)} title={title}>
      {Icon && <Icon size={size === "l" ? 16 : 13} aria-hidden />}
      {children}
    </span>
  );
}

/** A dot whose meaning stands beside it in text. */
export function Dot({ tone = "neutral" }: { tone?: Tone }) {
  return <span className={cx(css.dot, css[`dot-${tone}`])} aria-hidden />;
}

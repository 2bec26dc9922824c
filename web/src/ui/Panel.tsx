import type { ReactNode } from "react";
import { cx } from "./cx";
import css from "./Panel.module.css";

interface PanelProps {
  title?: ReactNode;
  aside?: ReactNode;
  /** Content touches the edges (tables, lists, pictures). */
  flush?: boolean;
  className?: string | undefined;
  children: ReactNode;
  label?: string;
}

/** A titled surface; the unit every page is laid out in. */
export function Panel({ title, aside, flush, className, children, label }: PanelProps) {
  return (
    <section className={cx(css.panel, className)} aria-label={label}>
      {title !== undefined && (
        <header className={css.header}>
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      <div className={flush === true ? css.flush : css.body}>{children}</div>
    </section>
  );
}

interface PageProps {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Narrow: forms and reading; wide: tables; full: consoles. */
  width?: "narrow" | "wide" | "full";
  bare?: boolean;
}

/** A page: its heading, what can be done, and its content. */
export function Page({ title, about, actions, children, width = "wide", bare }: PageProps) {
  return (
    <div className={cx(css.page, width !== "wide" && css[width])}>
      <title>{`${title} · Gatebook`}</title>
      {bare === true ? (
        <h1 className="visually-hidden">{title}</h1>
      ) : (
        <header className={css.pageHeader}>
          <div>
            <h1>{title}</h1>
            {about && <p className={css.about}>{about}</p>}
          </div>
          {actions && <div className={css.actions}>{actions}</div>}
        </header>
      )}
      {children}
    </div>
  );
}

/** A row of name and value pairs. */
export function Facts({ items, columns }: { items: [ReactNode, ReactNode][]; columns?: boolean }) {
  return (
    <dl className={cx(css.facts, columns === true && css.columns)}>
      {items.map(([name, value], i) => (
        <div key={i}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A number somebody should see from across the room. */
export function Stat({ label, value, hint, icon }: { label: string; value: ReactNode; hint?: ReactNode; icon?: ReactNode }) {
  return (
    <div className={css.stat}>
      <p className={css.statLabel}>
        {icon}
        {label}
      </p>
      <p className={cx(css.statValue, "num")}>{value}</p>
      {hint && <p className={css.statHint}>{hint}</p>}
    </div>
  );
}

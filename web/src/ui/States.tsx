import type { ReactNode } from "react";
import { CircleAlert, Info, TriangleAlert, CircleCheck } from "lucide-react";
import { Button, type Icon } from "./Button";
import { cx } from "./cx";
import css from "./States.module.css";

interface EmptyProps {
  icon?: Icon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** One line, where room is short. */
  compact?: boolean;
}

/** What stands where nothing is yet: says what to do. */
export function Empty({ icon: Icon, title, children, action, compact }: EmptyProps) {
  return (
    <div className={compact === true ? css.emptyCompact : css.empty}>
      {Icon && (
        <span className={css.emptyIcon}>
          <Icon size={compact === true ? 17 : 22} aria-hidden />
        </span>
      )}
      <p className={css.emptyTitle}>{title}</p>
      {children && <div className={css.emptyText}>{children}</div>}
      {action}
    </div>
  );
}

/** Grey bars where content is about to stand. */
export function Skeleton({ rows = 4, height = 20 }: { rows?: number; height?: number }) {
  return (
    <div className={css.skeletons} role="status">
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} className={css.skeleton} style={{ height, width: `${100 - ((i * 17) % 38)}%` }} />
      ))}
    </div>
  );
}

const icons = { info: Info, warn: TriangleAlert, bad: CircleAlert, good: CircleCheck };

/** A sentence somebody should read before going on. */
export function Note({
  tone = "info",
  title,
  children,
  action,
}: {
  tone?: keyof typeof icons;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const Icon = icons[tone];
  return (
    <div className={cx(css.note, css[tone])} role={tone === "bad" ? "alert" : undefined}>
      <Icon size={18} aria-hidden />
      <div className={css.noteText}>
        {title && <p className={css.noteTitle}>{title}</p>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** What went wrong, in words, with a way to try again. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const title = error instanceof Error ? error.message : "Something went wrong";
  const detail = detailOf(error);
  return (
    <div className={css.failed}>
      <Note
        tone="bad"
        title={title}
        action={
          retry && (
            <Button size="s" onClick={retry}>
              Try again
            </Button>
          )
        }
      >
        {detail}
      </Note>
    </div>
  );
}

function detailOf(error: unknown): string | null {
  if (typeof error === "object" && error !== null && "detail" in error && typeof error.detail === "string") return error.detail;
  return null;
}

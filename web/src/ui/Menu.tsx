import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import type { Icon } from "./Button";
import { cx } from "./cx";
import css from "./Menu.module.css";

interface MenuProps {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "end";
  side?: "top" | "bottom";
}

/** A menu that opens from a button. */
export function Menu({ trigger, children, align = "end", side = "bottom" }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={css.positioner} sideOffset={6} align={align} side={side}>
          <Base.Popup className={css.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({
  icon: Icon,
  danger,
  onSelect,
  children,
}: {
  icon?: Icon;
  danger?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Base.Item className={cx(css.item, danger === true && css.danger)} onClick={onSelect}>
      {Icon && <Icon size={16} aria-hidden />}
      {children}
    </Base.Item>
  );
}

/** Fetches a file. */
export function MenuDownload({ icon: Icon, href, children }: { icon?: Icon; href: string; children: ReactNode }) {
  return (
    <Base.LinkItem className={css.item} href={href} download closeOnClick>
      {Icon && <Icon size={16} aria-hidden />}
      {children}
    </Base.LinkItem>
  );
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <div className={css.heading}>{children}</div>;
}

export function MenuLine() {
  return <Base.Separator className={css.line} />;
}

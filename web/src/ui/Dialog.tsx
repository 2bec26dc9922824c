import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button, IconButton } from "./Button";
import { cx } from "./cx";
import css from "./Dialog.module.css";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  about?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  /** `side`: a drawer at the right edge. */
  kind?: "centre" | "side";
  width?: "s" | "m" | "l";
}

/** A dialog in the middle, or a drawer at the side; closes with Escape and gives focus back. */
export function Dialog({ open, onClose, title, about, children, footer, kind = "centre", width = "m" }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={css.backdrop} />
        <Base.Popup className={cx(css.popup, kind === "side" ? css.side : css.centre, css[width])}>
          <header className={css.header}>
            <div>
              <Base.Title className={css.title}>{title}</Base.Title>
              {about && <Base.Description className={css.about}>{about}</Base.Description>}
            </div>
          </header>
          <div className={css.body}>{children}</div>
          {footer && <footer className={css.footer}>{footer}</footer>}
          {/* Last, so that the first field gets the focus. */}
          <Base.Close render={<IconButton className={css.close} label="Close" icon={X} size="s" />} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children?: ReactNode;
  confirm: string;
  danger?: boolean;
  onConfirm: () => Promise<unknown>;
}

/** Asks before something that cannot simply be taken back. */
export function Confirm({ open, onClose, title, children, confirm, danger, onConfirm }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch {
      // The mutation has said what is wrong; the question stays open.
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      width="s"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant={danger === true ? "danger" : "primary"} busy={busy} onClick={() => void act()}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}

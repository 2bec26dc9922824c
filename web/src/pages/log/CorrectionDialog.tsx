import type { FormEvent, ReactNode } from "react";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";

interface CorrectionDialogProps {
  title: string;
  about: string;
  ready: boolean;
  busy: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** What all corrections share: it is appended, with author and reason. */
export function CorrectionDialog({ title, about, ready, busy, onSubmit, onClose, children }: CorrectionDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) onSubmit();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      about={about}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="correction" variant="primary" disabled={!ready} busy={busy}>
            Append the correction
          </Button>
        </>
      }
    >
      <form id="correction" className="stack" onSubmit={submit}>
        {children}
      </form>
    </Dialog>
  );
}

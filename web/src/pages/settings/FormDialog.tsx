import { useId, type FormEvent, type ReactNode } from "react";
import { Problem } from "../../api/client";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Note } from "../../ui/States";

interface FormDialogProps {
  title: string;
  about?: ReactNode;
  save: string;
  busy: boolean;
  ready?: boolean;
  error?: unknown;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog around one form. */
export function FormDialog({ title, about, save, busy, ready = true, error, onSave, onClose, children }: FormDialogProps) {
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) onSave();
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
          <Button type="submit" form={id} variant="primary" busy={busy} disabled={!ready}>
            {save}
          </Button>
        </>
      }
    >
      <form id={id} className="stack" onSubmit={submit}>
        {children}
        {error instanceof Problem && (
          <Note tone="bad" title={error.message}>
            {error.detail}
          </Note>
        )}
      </form>
    </Dialog>
  );
}

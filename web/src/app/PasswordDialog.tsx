import { useState, type FormEvent } from "react";
import { Problem } from "../api/client";
import { shortestPassword, useChangePassword } from "../api/session";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
import { Note } from "../ui/States";
import { said } from "../ui/Toasts";

/** A new password for whoever is signed in. */
export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const change = useChangePassword();
  const problem = change.error instanceof Problem ? change.error : null;
  const wrong = (field: string) => (problem?.field === field ? problem.detail : null);
  const short = password.length < shortestPassword;
  const differs = again !== password;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (short || differs) return;
    const done = () => {
      said("Your password is changed", "Other browsers have to sign in again.");
      onClose();
    };
    change.mutate({ current, password }, { onSuccess: done });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Change password"
      about="Everywhere else you are signed in, you have to sign in again."
      width="s"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="own-password" variant="primary" busy={change.isPending}>
            Change
          </Button>
        </>
      }
    >
      <form id="own-password" className="stack" onSubmit={submit}>
        <TextField
          label="Password now"
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
          error={wrong("current")}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          hint={`At least ${shortestPassword} characters; a few words do well.`}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={tried && short ? `Use at least ${shortestPassword} characters.` : wrong("password")}
        />
        <TextField
          label="New password again"
          type="password"
          autoComplete="new-password"
          required
          value={again}
          onChange={(event) => setAgain(event.target.value)}
          error={tried && differs ? "The two differ." : null}
        />
        {problem && problem.field === null && (
          <Note tone="bad" title={problem.message}>
            {problem.detail}
          </Note>
        )}
      </form>
    </Dialog>
  );
}

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useQuery } from "@tanstack/react-query";
import { sessionQuery, useSignIn } from "../../api/session";
import { Button } from "../../ui/Button";
import { Doorway } from "../../ui/Doorway";
import { TextField } from "../../ui/Field";
import { Note } from "../../ui/States";

/** Name and password. */
export function SignIn() {
  const { to } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const session = useQuery(sessionQuery).data;
  const signIn = useSignIn();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ name, password }, { onSuccess: () => void navigate({ href: inside(to) }), onError: () => setPassword("") });
  };
  return (
    <Doorway title="Sign in" about={session ? session.site_name : undefined}>
      {session?.setup.has_admin === false && (
        <Note title="Nobody has signed in here yet">
          Open the one-time link that Gatebook printed when it started. It sets up the first administrator.
        </Note>
      )}
      <form onSubmit={submit}>
        <TextField
          label="Name"
          autoComplete="username"
          autoCapitalize="none"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={signIn.error?.message}
        />
        {signIn.error && "detail" in signIn.error && <p className="small muted">{String(signIn.error.detail)}</p>}
        <Button type="submit" variant="primary" size="l" busy={signIn.isPending}>
          Sign in
        </Button>
      </form>
      <p className="small muted">Forgotten? An administrator can send you a new one-time link.</p>
    </Doorway>
  );
}

/** Only addresses of this page: a link from elsewhere must not lead away after the sign-in. */
function inside(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])/u.test(to) ? to : "/live";
}

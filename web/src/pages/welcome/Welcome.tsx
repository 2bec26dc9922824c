import { Link, useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, client, data } from "../../api/client";
import { shortestPassword, useAcceptInvitation } from "../../api/session";
import type { Invitation } from "../../api/types";
import { Button, buttonClass } from "../../ui/Button";
import { Doorway } from "../../ui/Doorway";
import { TextField } from "../../ui/Field";
import { Empty, Note, Skeleton } from "../../ui/States";
import { Time } from "../../ui/Time";

/** A one-time link was opened: who it is for, and a password of one's own. */
export function Welcome() {
  // The token stands behind `#`, which browsers do not send to servers or proxies' logs.
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "");
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => data(client.POST("/api/v1/invitations/check", { body: { token } })),
    enabled: token !== "",
    retry: false,
  });
  if (token === "" || invitation.isError) return <NoInvitation error={invitation.error} />;
  if (!invitation.data) {
    return (
      <Doorway title="Welcome">
        <Skeleton rows={4} />
      </Doorway>
    );
  }
  return <Accept token={token} invitation={invitation.data} />;
}

function NoInvitation({ error }: { error: Error | null }) {
  const offline = error instanceof Problem && error.status === 0;
  return (
    <Doorway title={offline ? "Gatebook cannot be reached" : "This link is of no use any more"}>
      <Empty
        title={offline ? "Check the network and reload this page." : "One-time links work once and for a limited time."}
        action={
          <Link to="/sign-in" className={buttonClass()}>
            To the sign-in
          </Link>
        }
      >
        Ask an administrator for a new invitation. On the server, <code>gatebook user reset</code> prints one.
      </Empty>
    </Doorway>
  );
}

function Accept({ token, invitation }: { token: string; invitation: Invitation }) {
  const navigate = useNavigate();
  const accept = useAcceptInvitation();
  const [name, setName] = useState(invitation.first ? "" : invitation.name);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const problem = accept.error instanceof Problem ? accept.error : null;
  const short = password.length < shortestPassword;
  const differs = again !== password;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (short || differs) return;
    const body = invitation.first ? { token, name: name.trim(), password } : { token, password };
    accept.mutate(body, { onSuccess: () => void navigate({ to: invitation.first ? "/guide" : "/live", replace: true }) });
  };
  return (
    <Doorway
      title={invitation.first ? "Welcome to Gatebook" : `Welcome, ${invitation.name}`}
      about={
        invitation.first
          ? "You are the first here: you become the administrator."
          : `Choose a password to sign in as ${invitation.role}.`
      }
    >
      <form onSubmit={submit}>
        {invitation.first && (
          <TextField
            label="Your sign-in name"
            autoComplete="username"
            autoCapitalize="none"
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={problem?.field === "name" ? problem.detail : null}
          />
        )}
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          required
          hint={`At least ${shortestPassword} characters; a few words do well.`}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={
            tried && short
              ? `Use at least ${shortestPassword} characters.`
              : problem?.field === "password"
                ? problem.detail
                : null
          }
        />
        <TextField
          label="Password again"
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
        <Button type="submit" variant="primary" size="l" busy={accept.isPending}>
          {invitation.first ? "Set up and sign in" : "Sign in"}
        </Button>
      </form>
      <p className="small muted">
        This link ends <Time at={invitation.expires_at} show="full" seconds={false} />.
      </p>
    </Doorway>
  );
}

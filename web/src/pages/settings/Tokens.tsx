import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { client, data } from "../../api/client";
import type { Role, Token } from "../../api/types";
import type { components } from "../../api/schema";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Copy } from "../../ui/Copy";
import { Confirm, Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { Empty, Failed, Note, Skeleton } from "../../ui/States";
import { Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { roles } from "../../words";
import { useSettingsChange } from "./change";
import { FormDialog } from "./FormDialog";
import { RoleSelect } from "./Users";

type Made = components["schemas"]["MadeToken"];

export function TokensSection() {
  const tokens = useQuery({ queryKey: ["users", "tokens"], queryFn: () => data(client.GET("/api/v1/tokens")) });
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const revoke = useSettingsChange(
    ["users"],
    (id: string) => client.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } }),
    "Token revoked",
  );
  if (tokens.isError) return <Failed error={tokens.error} retry={() => void tokens.refetch()} />;
  if (!tokens.data) return <Skeleton rows={4} />;
  return (
    <Panel
      flush
      title="API tokens"
      aside={
        <span className="row">
          <a href="/api/docs" target="_blank" rel="noreferrer">
            API documentation
          </a>
          <Button size="s" icon={Plus} onClick={() => setAdding(true)}>
            Make a token
          </Button>
        </span>
      }
    >
      {tokens.data.length === 0 ? (
        <Empty icon={KeyRound} title="No token yet">
          Programs use a token instead of a password. It carries a role of its own, never more than yours.
        </Empty>
      ) : (
        <Table
          label="API tokens"
          rows={tokens.data}
          rowKey={(token) => token.id}
          faded={(token) => token.revoked}
          columns={[
            { head: "Name", main: true, cell: (token) => token.name },
            { head: "Role", cell: (token) => roles[token.role].label },
            { head: "Made by", cell: (token) => token.made_by.name },
            { head: "Made", cell: (token) => <Time at={token.made_at} show="full" seconds={false} /> },
            { head: "State", cell: (token) => (token.revoked ? <Badge>Revoked</Badge> : <Badge tone="good">Valid</Badge>) },
            {
              head: <span className="visually-hidden">Actions</span>,
              shrink: true,
              cell: (token) =>
                !token.revoked && (
                  <Button size="s" onClick={() => setRevoking(token)}>
                    Revoke
                  </Button>
                ),
            },
          ]}
        />
      )}
      {adding && <MakeToken onClose={() => setAdding(false)} onMade={(one) => (setAdding(false), setMade(one))} />}
      {made && <SecretDialog made={made} onClose={() => setMade(null)} />}
      <Confirm
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? ""}?`}
        confirm="Revoke"
        danger
        onConfirm={() => revoke.mutateAsync(revoking?.id ?? "")}
      >
        <p>Programs that use it are refused from now on.</p>
      </Confirm>
    </Panel>
  );
}

function MakeToken({ onClose, onMade }: { onClose: () => void; onMade: (made: Made) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("auditor");
  const make = useSettingsChange(
    ["users"],
    () => data(client.POST("/api/v1/tokens", { body: { name: name.trim(), role } })),
    "Token made",
    onMade,
  );
  return (
    <FormDialog
      title="Make an API token"
      save="Make the token"
      busy={make.isPending}
      error={make.error}
      ready={name.trim() !== ""}
      onSave={() => make.mutate(undefined)}
      onClose={onClose}
    >
      <TextField
        label="What it is for"
        required
        autoFocus
        placeholder="e.g. Payroll export"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
    </FormDialog>
  );
}

function SecretDialog({ made, onClose }: { made: Made; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Token “${made.token.name}”`}
      footer={
        <Button variant="primary" onClick={onClose}>
          I have it
        </Button>
      }
    >
      <Note tone="warn" title="Shown this once">
        Only a digest of it is kept.
      </Note>
      <Copy label="Token" text={made.secret} />
      <p className="small muted">Try it:</p>
      <Copy label="Example" text={`curl -H "Authorization: Bearer ${made.secret}" ${window.location.origin}/api/v1/live`} />
    </Dialog>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Plus, RotateCcwKey } from "lucide-react";
import { useState } from "react";
import { client, data } from "../../api/client";
import { useSession } from "../../api/session";
import type { Invited, Role, User } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Copy } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { Check, SelectField, TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { Failed, Note, Skeleton } from "../../ui/States";
import { Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { roles } from "../../words";
import { useSettingsChange } from "./change";
import { FormDialog } from "./FormDialog";

export const usersQuery = { queryKey: ["users", "list"], queryFn: () => data(client.GET("/api/v1/users")) };

export function UsersSection() {
  const users = useQuery(usersQuery);
  const [editing, setEditing] = useState<User | "new" | null>(null);
  const [invited, setInvited] = useState<Invited | null>(null);
  const { me } = useSession();
  if (users.isError) return <Failed error={users.error} retry={() => void users.refetch()} />;
  if (!users.data) return <Skeleton rows={4} />;
  return (
    <Panel
      flush
      title="Users"
      aside={
        <Button size="s" icon={Plus} onClick={() => setEditing("new")}>
          Invite a user
        </Button>
      }
    >
      <Table
        label="Users"
        rows={users.data}
        rowKey={(user) => user.id}
        faded={(user) => user.disabled}
        columns={[
          { head: "Name", main: true, cell: (user) => (user.id === me?.id ? `${user.name} (you)` : user.name) },
          { head: "Role", cell: (user) => roles[user.role].label },
          { head: "State", cell: (user) => <State user={user} /> },
          {
            head: <span className="visually-hidden">Actions</span>,
            shrink: true,
            cell: (user) => (
              <Button size="s" onClick={() => setEditing(user)}>
                Change
              </Button>
            ),
          },
        ]}
      />
      {editing === "new" && (
        <InviteUser onClose={() => setEditing(null)} onInvited={(link) => (setEditing(null), setInvited(link))} />
      )}
      {editing && editing !== "new" && (
        <ChangeUser user={editing} onClose={() => setEditing(null)} onInvited={(link) => (setEditing(null), setInvited(link))} />
      )}
      {invited && <LinkDialog invited={invited} onClose={() => setInvited(null)} />}
    </Panel>
  );
}

function State({ user }: { user: User }) {
  if (user.disabled) return <Badge tone="bad">Disabled</Badge>;
  return user.active ? <Badge tone="good">Active</Badge> : <Badge tone="warn">Invited</Badge>;
}

export function RoleSelect({ value, onChange, disabled }: { value: Role; onChange: (role: Role) => void; disabled?: boolean }) {
  return (
    <SelectField
      label="Role"
      value={value}
      disabled={disabled}
      hint={roles[value].about}
      onChange={(event) => onChange(event.target.value as Role)}
    >
      {(Object.keys(roles) as Role[]).map((role) => (
        <option key={role} value={role}>
          {roles[role].label}
        </option>
      ))}
    </SelectField>
  );
}

function InviteUser({ onClose, onInvited }: { onClose: () => void; onInvited: (link: Invited) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const invite = useSettingsChange(
    ["users"],
    () => data(client.POST("/api/v1/users", { body: { name: name.trim(), role } })),
    "User invited",
    onInvited,
  );
  return (
    <FormDialog
      title="Invite a user"
      about="You get a one-time link to hand over; the user chooses the password."
      save="Make the link"
      busy={invite.isPending}
      error={invite.error}
      ready={name.trim() !== ""}
      onSave={() => invite.mutate(undefined)}
      onClose={onClose}
    >
      <TextField
        label="Sign-in name"
        required
        autoFocus
        autoCapitalize="none"
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
    </FormDialog>
  );
}

function ChangeUser({ user, onClose, onInvited }: { user: User; onClose: () => void; onInvited: (link: Invited) => void }) {
  const [role, setRole] = useState(user.role);
  const [disabled, setDisabled] = useState(user.disabled);
  const of = { params: { path: { id: user.id } } };
  const save = useSettingsChange(
    ["users", "session"],
    () => data(client.PUT("/api/v1/users/{id}", { ...of, body: { role, disabled } })),
    "User changed",
    onClose,
  );
  const invite = useSettingsChange(
    ["users"],
    () => data(client.POST("/api/v1/users/{id}/invite", of)),
    "New link made",
    onInvited,
  );
  return (
    <FormDialog
      title={`Change ${user.name}`}
      save="Save"
      busy={save.isPending}
      error={save.error}
      onSave={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <RoleSelect value={role} onChange={setRole} />
      <Check
        label="Disabled"
        hint="Cannot sign in; sessions end at once."
        checked={disabled}
        onChange={(event) => setDisabled(event.target.checked)}
      />
      <div>
        <Button icon={RotateCcwKey} size="s" busy={invite.isPending} onClick={() => invite.mutate(undefined)}>
          Make a new one-time link
        </Button>
        <p className="small muted">For a forgotten password, or an invitation that ended.</p>
      </div>
    </FormDialog>
  );
}

function LinkDialog({ invited, onClose }: { invited: Invited; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`One-time link for ${invited.user.name}`}
      footer={
        <Button variant="primary" onClick={onClose}>
          I have it
        </Button>
      }
    >
      <Note tone="warn" title="Shown this once">
        Whoever opens it first becomes {invited.user.name}. Hand it over in a way you trust.
      </Note>
      <Copy label="One-time link" text={`${window.location.origin}${invited.invitation.path}`} />
      <p className="small muted">
        Ends <Time at={invited.invitation.expires_at} show="full" seconds={false} />.
      </p>
    </Dialog>
  );
}

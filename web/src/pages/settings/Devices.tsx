import { useMutation, useQuery } from "@tanstack/react-query";
import { KeyRound, MoreHorizontal, PencilLine, Plug, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { client, data } from "../../api/client";
import { devicesQuery } from "../../api/devices";
import { accessPointsQuery } from "../../api/places";
import type { Device } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { Copy } from "../../ui/Copy";
import { Confirm, Dialog } from "../../ui/Dialog";
import { Check, FieldGrid, SelectField, TextField } from "../../ui/Field";
import { duration } from "../../ui/format";
import { Menu, MenuItem } from "../../ui/Menu";
import { Panel } from "../../ui/Panel";
import { Empty, Failed, Note, Skeleton } from "../../ui/States";
import { Table } from "../../ui/Table";
import { deviceKinds } from "../../words";
import { PointSelect } from "../devices/Incidents";
import { useSettingsChange } from "./change";
import { FormDialog } from "./FormDialog";

type Open = { what: "edit" | "remove" | "password"; device: Device } | { what: "add" } | null;

export function DevicesSection() {
  const devices = useQuery(devicesQuery);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const remove = useSettingsChange(
    ["devices"],
    (id: string) => client.DELETE("/api/v1/devices/{id}", { params: { path: { id } } }),
    "Device removed",
  );
  if (devices.isError) return <Failed error={devices.error} retry={() => void devices.refetch()} />;
  if (!devices.data) return <Skeleton rows={5} />;
  return (
    <Panel
      flush
      title="Cameras and devices"
      aside={
        <Button size="s" icon={Plus} onClick={() => setOpen({ what: "add" })}>
          Add a device
        </Button>
      }
    >
      {devices.data.length === 0 ? (
        <Empty icon={Plug} title="No device yet">
          A camera station is a browser with a webcam; a native device speaks MQTT with a password of its own.
        </Empty>
      ) : (
        <Table
          label="Devices"
          rows={devices.data}
          rowKey={(device) => device.id}
          faded={(device) => device.disabled}
          columns={[
            { head: "Name", main: true, cell: (device) => device.name },
            { head: "Kind", cell: (device) => deviceKinds[device.kind] },
            { head: "Access point", cell: (device) => device.access_point.name },
            {
              head: "Alerts when silent for",
              cell: (device) => (device.silent_after_s === 0 ? "Never" : silence(device.silent_after_s)),
            },
            { head: "State", cell: (device) => (device.disabled ? <Badge>Disabled</Badge> : <Badge tone="good">Enabled</Badge>) },
            {
              head: <span className="visually-hidden">Actions</span>,
              shrink: true,
              cell: (device) => <DeviceMenu device={device} onOpen={(what) => setOpen({ what, device })} />,
            },
          ]}
        />
      )}
      {open?.what === "add" && (
        <AddDevice
          onClose={close}
          onAdded={(device) => setOpen(device.kind === "native" ? { what: "password", device } : null)}
        />
      )}
      {open?.what === "edit" && <EditDevice device={open.device} onClose={close} />}
      {open?.what === "password" && <PasswordDialog device={open.device} onClose={close} />}
      <Confirm
        open={open?.what === "remove"}
        onClose={close}
        title={`Remove ${open?.what === "remove" ? open.device.name : ""}?`}
        confirm="Remove"
        danger
        onConfirm={() => remove.mutateAsync(open?.what === "remove" ? open.device.id : "")}
      >
        <p>Its messages are refused from now on. What it observed stays in the log.</p>
      </Confirm>
    </Panel>
  );
}

function silence(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : duration(seconds / 60);
}

function DeviceMenu({ device, onOpen }: { device: Device; onOpen: (what: "edit" | "remove" | "password") => void }) {
  return (
    <Menu trigger={<IconButton size="s" icon={MoreHorizontal} label={`What to do with ${device.name}`} />}>
      <MenuItem icon={PencilLine} onSelect={() => onOpen("edit")}>
        Edit
      </MenuItem>
      {device.kind === "native" && (
        <MenuItem icon={KeyRound} onSelect={() => onOpen("password")}>
          New password
        </MenuItem>
      )}
      {!device.gate && (
        <MenuItem icon={Trash2} danger onSelect={() => onOpen("remove")}>
          Remove
        </MenuItem>
      )}
    </Menu>
  );
}

interface Draft {
  name: string;
  access_point: string;
  silent_after_s: number;
  disabled: boolean;
}

function DeviceFields({ draft, onChange, ofGate }: { draft: Draft; onChange: (draft: Draft) => void; ofGate?: boolean }) {
  const points = useQuery(accessPointsQuery).data ?? [];
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  return (
    <FieldGrid>
      <TextField label="Name" required value={draft.name} onChange={(event) => set({ name: event.target.value })} />
      {ofGate !== true && (
        <PointSelect
          label="Access point"
          value={draft.access_point}
          onChange={(access_point) => set({ access_point })}
          points={points}
        />
      )}
      <TextField
        label="Alert when silent for, seconds"
        type="number"
        min={0}
        required
        hint="0: never."
        value={draft.silent_after_s}
        onChange={(event) => set({ silent_after_s: event.target.valueAsNumber || 0 })}
      />
    </FieldGrid>
  );
}

function AddDevice({ onClose, onAdded }: { onClose: () => void; onAdded: (device: Device) => void }) {
  const [kind, setKind] = useState<"camera_station" | "native">("camera_station");
  const [draft, setDraft] = useState<Draft>({ name: "", access_point: "", silent_after_s: 60, disabled: false });
  const add = useSettingsChange(
    ["devices", "session"],
    () => data(client.POST("/api/v1/devices", { body: { kind, ...draft } })),
    "Device added",
    onAdded,
  );
  return (
    <FormDialog
      title="Add a device"
      about="Boards of classic gates come with their gate."
      save="Add"
      busy={add.isPending}
      error={add.error}
      ready={draft.name !== "" && draft.access_point !== ""}
      onSave={() => add.mutate(undefined)}
      onClose={onClose}
    >
      <SelectField
        label="Kind"
        value={kind}
        onChange={(event) => setKind(event.target.value as typeof kind)}
        hint={
          kind === "native"
            ? "Speaks MQTT with a user name and password; the password is shown next, once."
            : "A browser with a webcam. Open “Camera station” on that machine afterwards."
        }
      >
        <option value="camera_station">Camera station</option>
        <option value="native">Native device</option>
      </SelectField>
      <DeviceFields draft={draft} onChange={setDraft} />
    </FormDialog>
  );
}

function EditDevice({ device, onClose }: { device: Device; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>({
    name: device.name,
    access_point: device.access_point.id,
    silent_after_s: device.silent_after_s,
    disabled: device.disabled,
  });
  const save = useSettingsChange(
    ["devices"],
    () => data(client.PUT("/api/v1/devices/{id}", { params: { path: { id: device.id } }, body: draft })),
    "Device saved",
    onClose,
  );
  return (
    <FormDialog
      title={`Edit ${device.name}`}
      save="Save"
      busy={save.isPending}
      error={save.error}
      onSave={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <DeviceFields draft={draft} onChange={setDraft} ofGate={Boolean(device.gate)} />
      <Check
        label="Disabled"
        hint="Its messages are refused."
        checked={draft.disabled}
        onChange={(event) => setDraft({ ...draft, disabled: event.target.checked })}
      />
    </FormDialog>
  );
}

function PasswordDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const make = useMutation({
    mutationFn: () => data(client.POST("/api/v1/devices/{id}/password", { params: { path: { id: device.id } } })),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Password of ${device.name}`}
      footer={
        make.data ? (
          <Button variant="primary" onClick={onClose}>
            I have it
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Not now</Button>
            <Button variant="primary" icon={KeyRound} busy={make.isPending} onClick={() => make.mutate()}>
              Make a new password
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <>
          <Note tone="warn" title="Shown this once">
            Only a digest of it is kept. Put it into the device now.
          </Note>
          <p className="small muted">User name</p>
          <Copy label="User name" text={make.data.name} />
          <p className="small muted">Password</p>
          <Copy label="Password" text={make.data.password} />
        </>
      ) : (
        <p>The device signs in with its name and this password. A password it had before stops working.</p>
      )}
    </Dialog>
  );
}

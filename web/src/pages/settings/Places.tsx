import { useQuery } from "@tanstack/react-query";
import { DoorOpen, PencilLine, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { client, data } from "../../api/client";
import { accessPointsQuery, areasQuery } from "../../api/places";
import type { AccessPoint, Area } from "../../api/types";
import { DirectionBadge } from "../../passage/Badges";
import { Badge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { Table } from "../../ui/Table";
import { AccessPointDialog } from "./AccessPointDialog";
import { useSettingsChange } from "./change";
import { FormDialog } from "./FormDialog";
import css from "./Settings.module.css";

const factorShort = { tag: "Tag", finger: "Finger", face_match: "Face 1:1", face: "Face 1:N" };

export function PlacesSection() {
  const areas = useQuery(areasQuery);
  const points = useQuery(accessPointsQuery);
  if (areas.isError || points.isError)
    return <Failed error={areas.error ?? points.error} retry={() => void Promise.all([areas.refetch(), points.refetch()])} />;
  if (!areas.data || !points.data) return <Skeleton rows={6} />;
  return (
    <>
      <AccessPoints areas={areas.data} points={points.data} />
      <Areas areas={areas.data} />
    </>
  );
}

function AccessPoints({ areas, points }: { areas: Area[]; points: AccessPoint[] }) {
  const [editing, setEditing] = useState<AccessPoint | "new" | null>(null);
  const [removing, setRemoving] = useState<AccessPoint | null>(null);
  const remove = useSettingsChange(
    ["places"],
    (id: string) => client.DELETE("/api/v1/access-points/{id}", { params: { path: { id } } }),
    "Access point removed",
  );
  const nameOf = (id: string) => areas.find((area) => area.id === id)?.name ?? "";
  return (
    <Panel
      flush
      title="Access points"
      aside={
        <Button size="s" icon={Plus} onClick={() => setEditing("new")}>
          Add an access point
        </Button>
      }
    >
      {points.length === 0 ? (
        <Empty icon={DoorOpen} title="No access point yet">
          One side of a door, gate, turnstile or classroom. It leads into an area, out of it, or both.
        </Empty>
      ) : (
        <Table
          label="Access points"
          rows={points}
          rowKey={(point) => point.id}
          columns={[
            { head: "Name", main: true, cell: (point) => point.name },
            { head: "Direction", cell: (point) => <DirectionBadge direction={point.direction} /> },
            { head: "Area", cell: (point) => nameOf(point.area) },
            {
              head: "Requires",
              cell: (point) => (
                <span className="row">
                  {point.factors.length === 0 ? (
                    <Badge>Any one factor</Badge>
                  ) : (
                    point.factors.map((factor) => <Badge key={factor}>{factorShort[factor]}</Badge>)
                  )}
                </span>
              ),
            },
            {
              head: <span className="visually-hidden">Actions</span>,
              shrink: true,
              cell: (point) => (
                <RowActions what={point.name} onEdit={() => setEditing(point)} onRemove={() => setRemoving(point)} />
              ),
            },
          ]}
        />
      )}
      {editing && <AccessPointDialog point={editing === "new" ? null : editing} areas={areas} onClose={() => setEditing(null)} />}
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove ${removing?.name ?? ""}?`}
        confirm="Remove"
        danger
        onConfirm={() => remove.mutateAsync(removing?.id ?? "")}
      >
        <p>Past passages stay in the log. Devices and gates that refer to it have to be changed first.</p>
      </Confirm>
    </Panel>
  );
}

/** Edit and remove, at the end of a row. */
export function RowActions({ what, onEdit, onRemove }: { what: string; onEdit: () => void; onRemove: () => void }) {
  return (
    <span className={css.actions}>
      <IconButton size="s" icon={PencilLine} label={`Edit ${what}`} onClick={onEdit} />
      <IconButton size="s" icon={Trash2} label={`Remove ${what}`} onClick={onRemove} />
    </span>
  );
}

function Areas({ areas }: { areas: Area[] }) {
  const [editing, setEditing] = useState<Area | "new" | null>(null);
  const [removing, setRemoving] = useState<Area | null>(null);
  const remove = useSettingsChange(
    ["places"],
    (id: string) => client.DELETE("/api/v1/areas/{id}", { params: { path: { id } } }),
    "Area removed",
  );
  return (
    <Panel
      flush
      title="Areas"
      aside={
        <Button size="s" icon={Plus} onClick={() => setEditing("new")}>
          Add an area
        </Button>
      }
    >
      {areas.length === 0 ? (
        <Empty title="No area yet">What access points lead into; people are inside areas.</Empty>
      ) : (
        <Table
          label="Areas"
          rows={areas}
          rowKey={(area) => area.id}
          columns={[
            { head: "Name", main: true, cell: (area) => area.name },
            {
              head: <span className="visually-hidden">Actions</span>,
              shrink: true,
              cell: (area) => <RowActions what={area.name} onEdit={() => setEditing(area)} onRemove={() => setRemoving(area)} />,
            },
          ]}
        />
      )}
      {editing && <AreaDialog area={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove ${removing?.name ?? ""}?`}
        confirm="Remove"
        danger
        onConfirm={() => remove.mutateAsync(removing?.id ?? "")}
      >
        <p>Past visits stay in the log.</p>
      </Confirm>
    </Panel>
  );
}

function AreaDialog({ area, onClose }: { area: Area | null; onClose: () => void }) {
  const [name, setName] = useState(area?.name ?? "");
  const save = useSettingsChange(
    ["places"],
    () =>
      area
        ? data(client.PUT("/api/v1/areas/{id}", { params: { path: { id: area.id } }, body: { name } }))
        : data(client.POST("/api/v1/areas", { body: { name } })),
    "Area saved",
    onClose,
  );
  return (
    <FormDialog
      title={area ? `Edit ${area.name}` : "Add an area"}
      save="Save"
      busy={save.isPending}
      error={save.error}
      ready={name.trim() !== ""}
      onSave={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <TextField label="Name" required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
    </FormDialog>
  );
}

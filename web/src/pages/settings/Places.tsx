import { useQuery } from "@tanstack/react-query";
import { DoorOpen } from "lucide-react";
import { useState } from "react";
import { client, data } from "../../api/client";
import { accessPointsQuery, areasQuery } from "../../api/places";
import type { AccessPoint, Area } from "../../api/types";
import { DirectionBadge } from "../../passage/Badges";
import { Badge } from "../../ui/Badge";
import { TextField } from "../../ui/Field";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { AccessPointDialog } from "./AccessPointDialog";
import { livenessPolicies } from "../../words";
import { useSettingsChange } from "./change";
import { Collection } from "./Collection";
import { FormDialog } from "./FormDialog";

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
  const nameOf = (id: string) => areas.find((area) => area.id === id)?.name ?? "";
  return (
    <Collection
      title="Access points"
      add="Add an access point"
      rows={points}
      columns={[
        { head: "Name", main: true, cell: (point) => point.name },
        { head: "Direction", cell: (point) => <DirectionBadge direction={point.direction} /> },
        { head: "Area", cell: (point) => nameOf(point.area) },
        { head: "Requires", cell: (point) => <Requires point={point} /> },
      ]}
      empty={
        <Empty icon={DoorOpen} title="No access point yet">
          One side of a door, gate, turnstile or classroom. It leads into an area, out of it, or both.
        </Empty>
      }
      form={(point, onClose) => <AccessPointDialog point={point} areas={areas} onClose={onClose} />}
      remove={(id) => client.DELETE("/api/v1/access-points/{id}", { params: { path: { id } } })}
      removed="Access point removed"
      keeps="Past passages stay in the log. Devices and gates that refer to it have to be changed first."
      touches={["places"]}
    />
  );
}

function Requires({ point }: { point: AccessPoint }) {
  return (
    <span className="row">
      {point.factors.length === 0 ? (
        <Badge>Any one factor</Badge>
      ) : (
        point.factors.map((factor) => <Badge key={factor}>{factorShort[factor]}</Badge>)
      )}
      {point.liveness !== "not_asked" && <Badge>{`Liveness: ${livenessPolicies[point.liveness].label}`}</Badge>}
    </span>
  );
}

function Areas({ areas }: { areas: Area[] }) {
  return (
    <Collection
      title="Areas"
      add="Add an area"
      rows={areas}
      columns={[{ head: "Name", main: true, cell: (area) => area.name }]}
      empty={<Empty title="No area yet">What access points lead into; people are inside areas.</Empty>}
      form={(area, onClose) => <AreaDialog area={area} onClose={onClose} />}
      remove={(id) => client.DELETE("/api/v1/areas/{id}", { params: { path: { id } } })}
      removed="Area removed"
      keeps="Past visits stay in the log. Access points that lead into it have to be changed first."
      touches={["places"]}
    />
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

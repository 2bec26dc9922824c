import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { accessPointsQuery, areasQuery } from "../../api/places";
import { Button } from "../../ui/Button";
import { Note } from "../../ui/States";
import { PointFields, savePoint, type PointDraft } from "../settings/AccessPointDialog";
import { useSettingsChange } from "../settings/change";

/** The first access point: a door that asks for a face, until somebody says otherwise. */
export function FirstPlace({ onDone }: { onDone: () => void }) {
  const areas = useQuery(areasQuery).data ?? [];
  const points = useQuery(accessPointsQuery).data ?? [];
  const [draft, setDraft] = useState<PointDraft>({
    name: "Main door",
    direction: "entry",
    area: "new",
    factors: ["face"],
    liveness: "not_asked",
  });
  const [areaName, setAreaName] = useState("Building");
  const save = useSettingsChange(["places", "session"], () => savePoint(null, draft, areaName), "Access point added", onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <form className="stack" onSubmit={submit}>
      {points.length > 0 && (
        <Note
          tone="good"
          title={
            points.length === 1 ? `There is an access point: ${points[0]?.name}` : `There are ${points.length} access points`
          }
          action={
            <Button size="s" onClick={onDone}>
              Go on
            </Button>
          }
        >
          Add another one, or go on.
        </Note>
      )}
      <PointFields draft={draft} onChange={setDraft} areas={areas} areaName={areaName} onAreaName={setAreaName} />
      <div>
        <Button type="submit" variant="primary" busy={save.isPending}>
          Add it and go on
        </Button>
      </div>
    </form>
  );
}

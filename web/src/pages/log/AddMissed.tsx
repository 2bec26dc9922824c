import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accessPointsQuery } from "../../api/places";
import type { Direction } from "../../api/types";
import { FieldGrid, SelectField, TextField } from "../../ui/Field";
import { instantToSiteTime, siteTimeToInstant } from "../../ui/format";
import { useZone } from "../../ui/Time";
import { directions } from "../../words";
import { PersonPicker } from "../people/PersonPicker";
import { useCorrection } from "./correct";
import { CorrectionDialog } from "./CorrectionDialog";

/** An entry or exit that no device saw. */
export function AddMissed({ onClose }: { onClose: () => void }) {
  const zone = useZone();
  const points = useQuery(accessPointsQuery).data ?? [];
  const [person, setPerson] = useState<string | null>(null);
  const [chosen, setChosen] = useState("");
  const [way, setWay] = useState<Direction>("entry");
  const [at, setAt] = useState(() => instantToSiteTime(Date.now(), zone));
  const [reason, setReason] = useState("");
  const correct = useCorrection(onClose);
  const point = points.find((one) => one.id === chosen);
  const direction = point === undefined || point.direction === "both" ? way : point.direction;
  const instant = siteTimeToInstant(at, zone);
  const ready = person !== null && point !== undefined && instant !== null && reason.trim() !== "";
  const submit = () => {
    if (person !== null && point && instant !== null)
      correct.mutate({ correction: "add_missed", person, access_point: point.id, direction, at: instant, reason: reason.trim() });
  };
  return (
    <CorrectionDialog
      title="Add a missed entry or exit"
      about="For a passage that no device saw."
      ready={ready}
      busy={correct.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <PersonPicker label="Person" value={person} onChange={setPerson} />
      <FieldGrid>
        <SelectField label="Access point" required value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="">Choose one</option>
          {points.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Direction"
          value={direction}
          disabled={point !== undefined && point.direction !== "both"}
          onChange={(event) => setWay(event.target.value as Direction)}
        >
          <option value="entry">{directions.entry}</option>
          <option value="exit">{directions.exit}</option>
        </SelectField>
        <TextField
          label="When"
          type="datetime-local"
          required
          hint={`Site time, ${zone}`}
          value={at}
          onChange={(event) => setAt(event.target.value)}
        />
      </FieldGrid>
      <TextField label="Reason" required value={reason} onChange={(event) => setReason(event.target.value)} />
    </CorrectionDialog>
  );
}

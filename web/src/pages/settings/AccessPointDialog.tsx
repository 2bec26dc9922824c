import { useState } from "react";
import { client, data } from "../../api/client";
import type { AccessPoint, Area, Direction, Factor, LivenessPolicy } from "../../api/types";
import { Check, FieldGrid, SelectField, TextField } from "../../ui/Field";
import { directions, factors, livenessPolicies } from "../../words";
import { useSettingsChange } from "./change";
import { FormDialog } from "./FormDialog";
import css from "./Settings.module.css";

const newArea = "new";

export interface PointDraft {
  name: string;
  direction: Direction;
  area: string;
  factors: Factor[];
  liveness: LivenessPolicy;
}

/** Saves an access point, and first its area when that is new. */
export async function savePoint(id: string | null, draft: PointDraft, areaName: string): Promise<AccessPoint> {
  const area =
    draft.area === newArea ? (await data(client.POST("/api/v1/areas", { body: { name: areaName.trim() } }))).id : draft.area;
  const body = { ...draft, name: draft.name.trim(), area };
  return id === null
    ? data(client.POST("/api/v1/access-points", { body }))
    : data(client.PUT("/api/v1/access-points/{id}", { params: { path: { id } }, body }));
}

export function AccessPointDialog({ point, areas, onClose }: { point: AccessPoint | null; areas: Area[]; onClose: () => void }) {
  const [draft, setDraft] = useState<PointDraft>(
    point ?? { name: "", direction: "entry", area: areas[0]?.id ?? newArea, factors: [], liveness: "not_asked" },
  );
  const [areaName, setAreaName] = useState("");
  const save = useSettingsChange(
    ["places", "session"],
    () =>
      savePoint(
        point?.id ?? null,
        {
          name: draft.name,
          direction: draft.direction,
          area: draft.area,
          factors: draft.factors,
          liveness: draft.liveness,
        },
        areaName,
      ),
    "Access point saved",
    onClose,
  );
  const ready = draft.name.trim() !== "" && (draft.area !== newArea || areaName.trim() !== "");
  return (
    <FormDialog
      title={point ? `Edit ${point.name}` : "Add an access point"}
      save="Save"
      busy={save.isPending}
      error={save.error}
      ready={ready}
      onSave={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <PointFields draft={draft} onChange={setDraft} areas={areas} areaName={areaName} onAreaName={setAreaName} />
    </FormDialog>
  );
}

interface PointFieldsProps {
  draft: PointDraft;
  onChange: (draft: PointDraft) => void;
  areas: Area[];
  areaName: string;
  onAreaName: (name: string) => void;
}

/** The fields of an access point; also in the guide. */
export function PointFields({ draft, onChange, areas, areaName, onAreaName }: PointFieldsProps) {
  const set = (change: Partial<PointDraft>) => onChange({ ...draft, ...change });
  const toggle = (factor: Factor, on: boolean) =>
    set({ factors: on ? [...draft.factors, factor] : draft.factors.filter((one) => one !== factor) });
  return (
    <>
      <FieldGrid>
        <TextField
          label="Name"
          required
          value={draft.name}
          placeholder="e.g. Main door, in"
          onChange={(event) => set({ name: event.target.value })}
        />
        <SelectField
          label="Direction"
          value={draft.direction}
          onChange={(event) => set({ direction: event.target.value as Direction })}
          hint={
            draft.direction === "both"
              ? "The first sighting of a day is the arrival, each later one moves the departure."
              : undefined
          }
        >
          {(Object.keys(directions) as Direction[]).map((direction) => (
            <option key={direction} value={direction}>
              {directions[direction]}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Area it leads into or out of"
          value={draft.area}
          onChange={(event) => set({ area: event.target.value })}
        >
          {areas.map((area) => (
            <option key={area.id} value={area.id}>
              {area.name}
            </option>
          ))}
          <option value={newArea}>A new area</option>
        </SelectField>
        {draft.area === newArea && (
          <TextField
            label="Name of the new area"
            required
            placeholder="e.g. Building"
            value={areaName}
            onChange={(event) => onAreaName(event.target.value)}
          />
        )}
      </FieldGrid>
      <fieldset className={css.group}>
        <legend>A passage must show</legend>
        {(Object.keys(factors) as Factor[]).map((factor) => (
          <Check
            key={factor}
            label={factors[factor]}
            checked={draft.factors.includes(factor)}
            onChange={(event) => toggle(factor, event.target.checked)}
          />
        ))}
        <p className="small muted">
          {draft.factors.length === 0
            ? "None chosen: any one factor is enough."
            : "All of the chosen ones, and they must name one person."}
        </p>
      </fieldset>
      <SelectField
        label="Is the face alive?"
        value={draft.liveness}
        onChange={(event) => set({ liveness: event.target.value as LivenessPolicy })}
        hint={livenessHint(draft.liveness)}
      >
        {(Object.keys(livenessPolicies) as LivenessPolicy[]).map((policy) => (
          <option key={policy} value={policy}>
            {livenessPolicies[policy].label}
          </option>
        ))}
      </SelectField>
    </>
  );
}

/** What the policy means; only a camera station has a page to ask on. */
function livenessHint(policy: LivenessPolicy): string {
  const { about } = livenessPolicies[policy];
  return policy === "not_asked"
    ? about
    : `Camera stations ask whom they know to blink and to turn. ${about} Other cameras cannot ask: their faces count as not answered.`;
}

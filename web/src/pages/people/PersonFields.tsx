import { useQuery } from "@tanstack/react-query";
import { accessPointsQuery } from "../../api/places";
import { Problem } from "../../api/client";
import type { AllowedPlaces, Person, PersonDetails, PersonInput } from "../../api/types";
import { AreaField, Check, FieldGrid, TextField } from "../../ui/Field";
import { instantToSiteTime, siteTimeToInstant } from "../../ui/format";
import { useZone } from "../../ui/Time";
import { detailLabels } from "./details";
import css from "./PersonFields.module.css";

export interface Draft {
  name: string;
  number: string;
  department: string;
  valid_from: string | null;
  valid_until: string | null;
  places: AllowedPlaces;
  details: PersonDetails;
}

const noDetails: PersonDetails = {
  age: "",
  gender: "",
  birth_date: "",
  identity_number: "",
  photo_file: "",
  phone: "",
  address: "",
};

export function draftOf(person?: Person): Draft {
  return {
    name: person?.name ?? "",
    number: person?.number ?? "",
    department: person?.department ?? "",
    valid_from: person?.valid_from ?? null,
    valid_until: person?.valid_until ?? null,
    places: person?.places ?? { allowed: "everywhere" },
    details: person?.details ?? noDetails,
  };
}

export function inputOf(draft: Draft): PersonInput {
  return { ...draft, name: draft.name.trim(), number: draft.number.trim(), department: draft.department.trim() };
}

interface FieldsProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
  error: unknown;
  /** The rest of the fields is shown at once. */
  full?: boolean;
}

/** The registry's fields of a person. */
export function PersonFields({ draft, onChange, error, full }: FieldsProps) {
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  const wrong = (field: string) => (error instanceof Problem && error.field === field ? error.detail : null);
  // What is wrong must not hide in a closed part of the form.
  const wrongInside = error instanceof Problem && (error.field?.startsWith("details.") ?? false);
  return (
    <div className="stack">
      <FieldGrid>
        <TextField
          label="Name"
          required
          autoComplete="off"
          value={draft.name}
          onChange={(event) => set({ name: event.target.value })}
          error={wrong("name")}
        />
        <TextField
          label="Person number"
          required
          autoComplete="off"
          hint="On classic gates: the finger slot."
          value={draft.number}
          onChange={(event) => set({ number: event.target.value })}
          error={wrong("number")}
        />
        <TextField
          label="Department or class"
          autoComplete="off"
          value={draft.department}
          onChange={(event) => set({ department: event.target.value })}
          error={wrong("department")}
        />
      </FieldGrid>
      <details className={css.more} open={full === true || wrongInside}>
        <summary>Validity, access points and personal fields</summary>
        <div className="stack">
          <Validity draft={draft} set={set} wrong={wrong} />
          <Allowed places={draft.places} onChange={(places) => set({ places })} />
          <Details details={draft.details} onChange={(details) => set({ details })} wrong={wrong} />
        </div>
      </details>
    </div>
  );
}

interface Part {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  wrong: (field: string) => string | null;
}

function Validity({ draft, set, wrong }: Part) {
  const zone = useZone();
  const shown = (at: string | null) => (at === null ? "" : instantToSiteTime(at, zone));
  const read = (text: string) => (text === "" ? null : siteTimeToInstant(text, zone));
  return (
    <FieldGrid>
      <TextField
        label="Valid from"
        type="datetime-local"
        hint={`Empty: from now on. Times in ${zone}.`}
        value={shown(draft.valid_from)}
        onChange={(event) => set({ valid_from: read(event.target.value) })}
        error={wrong("valid_from")}
      />
      <TextField
        label="Valid until"
        type="datetime-local"
        hint="Empty: without end."
        value={shown(draft.valid_until)}
        onChange={(event) => set({ valid_until: read(event.target.value) })}
        error={wrong("valid_until")}
      />
    </FieldGrid>
  );
}

function Allowed({ places, onChange }: { places: AllowedPlaces; onChange: (places: AllowedPlaces) => void }) {
  const points = useQuery(accessPointsQuery).data ?? [];
  const only = places.allowed === "only" ? places.access_points : null;
  const toggle = (id: string, on: boolean) =>
    onChange({ allowed: "only", access_points: on ? [...(only ?? []), id] : (only ?? []).filter((one) => one !== id) });
  return (
    <fieldset className={css.group}>
      <legend>May pass</legend>
      <Check
        type="radio"
        name="allowed"
        label="At every access point"
        checked={only === null}
        onChange={() => onChange({ allowed: "everywhere" })}
      />
      <Check
        type="radio"
        name="allowed"
        label="Only at these"
        checked={only !== null}
        onChange={() => onChange({ allowed: "only", access_points: [] })}
      />
      {only !== null && (
        <div className={css.points}>
          {points.length === 0 && <p className="small muted">There is no access point yet.</p>}
          {points.map((point) => (
            <Check
              key={point.id}
              label={point.name}
              checked={only.includes(point.id)}
              onChange={(event) => toggle(point.id, event.target.checked)}
            />
          ))}
        </div>
      )}
    </fieldset>
  );
}

function Details({
  details,
  onChange,
  wrong,
}: {
  details: PersonDetails;
  onChange: (details: PersonDetails) => void;
  wrong: (field: string) => string | null;
}) {
  const fields = (Object.keys(detailLabels) as (keyof PersonDetails)[]).filter((field) => field !== "address");
  return (
    <FieldGrid>
      {fields.map((field) => (
        <TextField
          key={field}
          label={detailLabels[field]}
          autoComplete="off"
          value={details[field] ?? ""}
          onChange={(event) => onChange({ ...details, [field]: event.target.value })}
          error={wrong(`details.${field}`)}
        />
      ))}
      <AreaField
        label={detailLabels.address}
        wide
        rows={2}
        value={details.address ?? ""}
        onChange={(event) => onChange({ ...details, address: event.target.value })}
        error={wrong("details.address")}
      />
    </FieldGrid>
  );
}

import { useQuery } from "@tanstack/react-query";
import { FilterX, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { accessPointsQuery } from "../../api/places";
import type { EntryKind, Outcome } from "../../api/types";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { SelectField, TextField } from "../../ui/Field";
import { entryKinds, outcomes } from "../../words";
import { PersonPicker } from "../people/PersonPicker";
import type { LogSearch } from "./search";
import css from "./Log.module.css";

/** The log's filters; every change is in the address at once. */
export function Filters({ search, onChange }: { search: LogSearch; onChange: (search: LogSearch) => void }) {
  const points = useQuery(accessPointsQuery).data ?? [];
  const set = <Key extends keyof LogSearch>(key: Key, value: LogSearch[Key] | "") => {
    const { [key]: _before, event: _event, ...rest } = search;
    onChange(value === "" || value === undefined ? rest : { ...rest, [key]: value });
  };
  const active = ["from", "until", "access_point", "person", "kind", "outcome", "tag"].filter((key) => key in search).length;
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button className={css.toggle} icon={SlidersHorizontal} aria-expanded={open} onClick={() => setOpen(!open)}>
        {active === 0 ? "Filters" : `Filters (${active})`}
      </Button>
      <div className={cx(css.filters, !open && css.closed)} role="search" aria-label="Filter the log">
        <TextField
          label="From"
          type="datetime-local"
          value={search.from ?? ""}
          onChange={(event) => set("from", event.target.value)}
        />
        <TextField
          label="Until"
          type="datetime-local"
          value={search.until ?? ""}
          onChange={(event) => set("until", event.target.value)}
        />
        <SelectField
          label="Access point"
          value={search.access_point ?? ""}
          onChange={(event) => set("access_point", event.target.value)}
        >
          <option value="">All</option>
          {points.map((point) => (
            <option key={point.id} value={point.id}>
              {point.name}
            </option>
          ))}
        </SelectField>
        <PersonPicker label="Person" value={search.person ?? null} onChange={(id) => set("person", id ?? "")} />
        <SelectField
          label="Kind"
          value={search.kind ?? ""}
          onChange={(event) => set("kind", event.target.value as EntryKind | "")}
        >
          <option value="">All</option>
          {Object.entries(entryKinds).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Outcome"
          value={search.outcome ?? ""}
          onChange={(event) => set("outcome", event.target.value as Outcome | "")}
        >
          <option value="">All</option>
          {Object.entries(outcomes).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Tag"
          placeholder="e.g. 4AB3"
          autoComplete="off"
          value={search.tag ?? ""}
          onChange={(event) => set("tag", event.target.value.replaceAll(/\s/gu, ""))}
        />
        {active > 0 && (
          <Button className={css.clear} variant="ghost" icon={FilterX} onClick={() => onChange({})}>
            Clear filters
          </Button>
        )}
      </div>
    </>
  );
}

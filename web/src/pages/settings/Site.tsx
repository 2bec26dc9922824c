import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, client, data } from "../../api/client";
import { settingsQuery } from "../../api/places";
import type { SiteSettings } from "../../api/types";
import { Button } from "../../ui/Button";
import { FieldGrid, TextField } from "../../ui/Field";
import { clockAsMinutes, minutesAsClock } from "../../ui/format";
import { Panel } from "../../ui/Panel";
import { Failed, Skeleton } from "../../ui/States";
import { Authority } from "./Authority";
import { useSettingsChange } from "./change";

export function SiteSection() {
  const settings = useQuery(settingsQuery);
  if (settings.isError) return <Failed error={settings.error} retry={() => void settings.refetch()} />;
  if (!settings.data) return <Skeleton rows={5} />;
  return (
    <>
      <SiteForm key={JSON.stringify(settings.data)} settings={settings.data} />
      <Authority />
    </>
  );
}

function SiteForm({ settings }: { settings: SiteSettings }) {
  const [draft, setDraft] = useState(settings);
  const save = useSettingsChange(
    ["places", "session", "attendance"],
    (body: SiteSettings) => data(client.PUT("/api/v1/settings", { body })),
    "Settings saved",
  );
  const set = (change: Partial<SiteSettings>) => setDraft((before) => ({ ...before, ...change }));
  const wrong = (field: keyof SiteSettings) =>
    save.error instanceof Problem && save.error.field === field ? save.error.detail : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  const time = (field: "work_start_min" | "work_end_min", label: string) => (
    <TextField
      label={label}
      type="time"
      required
      value={minutesAsClock(draft[field])}
      onChange={(event) => set({ [field]: clockAsMinutes(event.target.value) ?? draft[field] })}
      error={wrong(field)}
    />
  );
  return (
    <Panel title="Site">
      <form className="stack" onSubmit={submit}>
        <FieldGrid>
          <TextField
            label="Name of the site"
            required
            value={draft.site_name}
            onChange={(event) => set({ site_name: event.target.value })}
            error={wrong("site_name")}
          />
          <TextField
            label="Time zone"
            required
            list="time-zones"
            hint="All times on the page are in this zone."
            value={draft.time_zone}
            onChange={(event) => set({ time_zone: event.target.value })}
            error={wrong("time_zone")}
          />
          <datalist id="time-zones">
            {Intl.supportedValuesOf("timeZone").map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </FieldGrid>
        <FieldGrid>
          {time("work_start_min", "Work starts")}
          {time("work_end_min", "Work ends")}
          <TextField
            label="Grace, minutes"
            type="number"
            min={0}
            max={720}
            required
            hint="Not yet late, not yet early."
            value={draft.grace_min}
            onChange={(event) => set({ grace_min: event.target.valueAsNumber || 0 })}
            error={wrong("grace_min")}
          />
          <TextField
            label="Missing exit after, hours"
            type="number"
            min={0}
            step="any"
            required
            hint="A visit open for longer alerts; 0: never."
            value={draft.visit_limit_min / 60}
            onChange={(event) => set({ visit_limit_min: Math.round((event.target.valueAsNumber || 0) * 60) })}
            error={wrong("visit_limit_min")}
          />
          <TextField
            label="Strangers are kept, days"
            type="number"
            min={0}
            max={366}
            required
            hint="Pictures and templates are erased after it; 0: no faces are kept, and pictures stay with their events."
            value={draft.strangers_kept_days ?? 0}
            onChange={(event) => set({ strangers_kept_days: event.target.valueAsNumber || 0 })}
            error={wrong("strangers_kept_days")}
          />
        </FieldGrid>
        <div>
          <Button type="submit" variant="primary" busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Problem, client, data } from "../../api/client";
import { settingsQuery } from "../../api/places";
import type { SiteSettings } from "../../api/types";
import { Button } from "../../ui/Button";
import { FieldGrid, TextField } from "../../ui/Field";
import { Failed, Skeleton } from "../../ui/States";
import { useSettingsChange } from "../settings/change";

/** Name and time zone; the browser's zone is suggested. */
export function SiteStep({ onDone }: { onDone: () => void }) {
  const settings = useQuery(settingsQuery);
  if (settings.isError) return <Failed error={settings.error} retry={() => void settings.refetch()} />;
  if (!settings.data) return <Skeleton rows={3} />;
  return <Form settings={settings.data} onDone={onDone} />;
}

function Form({ settings, onDone }: { settings: SiteSettings; onDone: () => void }) {
  const [name, setName] = useState(settings.site_name);
  const [zone, setZone] = useState(
    settings.time_zone === "UTC" ? Intl.DateTimeFormat().resolvedOptions().timeZone : settings.time_zone,
  );
  const save = useSettingsChange(
    ["places", "session"],
    () => data(client.PUT("/api/v1/settings", { body: { ...settings, site_name: name.trim(), time_zone: zone.trim() } })),
    "Site saved",
    onDone,
  );
  const wrong = (field: string) => (save.error instanceof Problem && save.error.field === field ? save.error.detail : null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <FieldGrid>
        <TextField
          label="Name of the site"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={wrong("site_name")}
        />
        <TextField
          label="Time zone"
          required
          hint="All times are shown in it."
          value={zone}
          onChange={(event) => setZone(event.target.value)}
          error={wrong("time_zone")}
        />
      </FieldGrid>
      <div>
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save and go on
        </Button>
      </div>
    </form>
  );
}

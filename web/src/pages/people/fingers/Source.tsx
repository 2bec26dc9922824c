import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { sensorsQuery } from "../../../api/fingers";
import type { FingerSensor } from "../../../api/types";
import { useMay } from "../../../api/session";
import { SelectField, TextField } from "../../../ui/Field";
import { Failed, Note } from "../../../ui/States";
import { sensorStates } from "../../../words";

/** Where presses come from: a sensor's id, or files. */
export interface Chosen {
  /** `null`: the first sensor that is ready, or files where there is none. */
  sensor: string | "files" | null;
  dpi: number;
}

export const files = "files";

/** What is chosen, once it is known which sensors there are. */
export function sourceOf(chosen: Chosen, sensors: FingerSensor[]): FingerSensor | typeof files {
  if (chosen.sensor === files) return files;
  const known = sensors.find((sensor) => sensor.id === chosen.sensor);
  return known ?? sensors.find((sensor) => sensor.state === "ready") ?? sensors[0] ?? files;
}

export function Source({
  chosen,
  onChange,
  disabled,
}: {
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
  disabled?: boolean;
}) {
  const sensors = useQuery(sensorsQuery);
  if (sensors.isError) return <Failed error={sensors.error} retry={() => void sensors.refetch()} />;
  const known = sensors.data ?? [];
  const source = sourceOf(chosen, known);
  return (
    <div className="stack">
      <SelectField
        label="Presses come from"
        value={source === files ? files : source.id}
        disabled={disabled === true}
        onChange={(event) => onChange({ ...chosen, sensor: event.target.value })}
        hint={source === files ? undefined : `At ${source.access_point.name || "a removed access point"}, on ${source.path}.`}
      >
        {known.map((sensor) => (
          <option key={sensor.id} value={sensor.id}>
            {sensor.name}
            {sensor.state !== "ready" && ` (${sensorStates[sensor.state].toLowerCase()})`}
          </option>
        ))}
        <option value={files}>Image files</option>
      </SelectField>
      {source === files ? (
        <TextField
          label="Pixels per inch"
          type="number"
          min={100}
          max={2000}
          value={chosen.dpi}
          disabled={disabled === true}
          onChange={(event) => onChange({ ...chosen, dpi: event.target.valueAsNumber || 500 })}
          hint="500 with nearly every sensor; the maker says."
        />
      ) : (
        source.error && (
          <Note tone="warn" title={`${source.name} is in trouble`}>
            {source.error} Gatebook tries again by itself.
          </Note>
        )
      )}
      {sensors.data?.length === 0 && <NoSensor />}
    </div>
  );
}

function NoSensor() {
  const isAdmin = useMay("admin");
  return (
    <p className="small muted">
      No sensor hangs on the server itself. An installer names one in the configuration, under <code>[[fingers.sensors]]</code>
      {isAdmin && (
        <>
          , and it is listed under <Link to="/devices">Devices</Link>
        </>
      )}
      .
    </p>
  );
}

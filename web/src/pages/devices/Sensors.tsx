import { useQuery } from "@tanstack/react-query";
import { CircleX, Fingerprint, Loader } from "lucide-react";
import { sensorsQuery } from "../../api/fingers";
import { useMay } from "../../api/session";
import type { FingerSensor } from "../../api/types";
import { Badge, type Tone } from "../../ui/Badge";
import { Panel } from "../../ui/Panel";
import { Failed } from "../../ui/States";
import { Table, type Column } from "../../ui/Table";
import { fingerModes, sensorStates } from "../../words";

/** Fingerprint sensors on the server itself; nothing where the configuration names none. */
export function Sensors() {
  const mayRead = useMay("operator");
  const sensors = useQuery({ ...sensorsQuery, enabled: mayRead });
  if (!sensors.isError && (sensors.data ?? []).length === 0) return null;
  return (
    <Panel flush title="Fingerprint sensors">
      {sensors.isError ? (
        <Failed error={sensors.error} retry={() => void sensors.refetch()} />
      ) : (
        <Table label="Fingerprint sensors" rows={sensors.data ?? []} rowKey={(sensor) => sensor.id} columns={columns} />
      )}
    </Panel>
  );
}

const tones: Record<FingerSensor["state"], Tone> = { connecting: "neutral", ready: "good", enrolling: "info", waiting: "bad" };
const icons = { connecting: Loader, ready: Fingerprint, enrolling: Fingerprint, waiting: CircleX };

const columns: Column<FingerSensor>[] = [
  { head: "Name", main: true, cell: (sensor) => sensor.name },
  {
    head: "State",
    cell: (sensor) => (
      <div>
        <Badge tone={tones[sensor.state]} icon={icons[sensor.state]}>
          {sensorStates[sensor.state]}
        </Badge>
        {sensor.error && <p className="small muted">{sensor.error}</p>}
      </div>
    ),
  },
  { head: "Access point", cell: (sensor) => sensor.access_point.name || "Removed" },
  { head: "Fingers are", cell: (sensor) => fingerModes[sensor.mode] },
  { head: "Line", cell: (sensor) => <code>{sensor.path}</code> },
];

import { CircleX, Wifi } from "lucide-react";
import type { Part } from "../../api/parts";
import { useParts } from "../../live/parts";
import { Badge } from "../../ui/Badge";
import { Panel } from "../../ui/Panel";
import { Table, type Column } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { partRoles } from "../../words";

/** The parts of Gatebook on other hosts, and the database on a server. On one host with its file there are none, and nothing is shown. */
export function Parts() {
  const parts = useParts();
  if (parts.length === 0) return null;
  return (
    <Panel flush title="Parts of Gatebook">
      <Table label="Parts of Gatebook" rows={parts} rowKey={(part) => part.name} columns={columns} />
    </Panel>
  );
}

const columns: Column<Part>[] = [
  { head: "Name", main: true, cell: (part) => part.name },
  { head: "State", cell: (part) => <State up={part.up} /> },
  { head: "What it is", cell: (part) => partRoles[part.role] },
  {
    head: "Since",
    cell: (part) => (part.since ? <Time at={part.since} show="ago" /> : <span className="muted">not seen since the start</span>),
  },
  { head: "Version", cell: (part) => part.version ?? <span className="muted">–</span> },
  {
    head: "Images at a time",
    align: "right",
    cell: (part) => (part.capacity ? <span className="num">{part.capacity}</span> : <span className="muted">–</span>),
  },
];

function State({ up }: { up: boolean }) {
  return up ? (
    <Badge tone="good" icon={Wifi}>
      Connected
    </Badge>
  ) : (
    <Badge tone="bad" icon={CircleX} title="Does its host run, and does it reach this one?">
      Not connected
    </Badge>
  );
}

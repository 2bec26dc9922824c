import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cctv, CirclePause, CircleX, Plug, Wifi } from "lucide-react";
import { devicesQuery, incidentsQuery } from "../../api/devices";
import { useMay } from "../../api/session";
import type { Device } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { buttonClass } from "../../ui/Button";
import { count, skew } from "../../ui/format";
import { Page, Panel } from "../../ui/Panel";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { Table, type Column } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { deviceKinds } from "../../words";
import { Incidents } from "./Incidents";
import { Locks } from "../../passage/Locks";
import { Parts } from "./Parts";
import { Sensors } from "./Sensors";

/** How every device behaves, and what was refused at the edge. */
export function Devices() {
  const devices = useQuery(devicesQuery);
  const incidents = useQuery(incidentsQuery);
  const isAdmin = useMay("admin");
  const mayOpen = useMay("operator");
  return (
    <Page
      title="Devices"
      about="What reports to Gatebook, when it was last heard, and what was refused"
      actions={
        <>
          {mayOpen && (
            <Link to="/station" className={buttonClass()}>
              <Cctv size={16} aria-hidden /> Camera station
            </Link>
          )}
          {isAdmin && (
            <Link to="/settings" search={{ tab: "devices" }} className={buttonClass("primary")}>
              <Plug size={16} aria-hidden /> Add a device
            </Link>
          )}
        </>
      }
    >
      <Locks />
      <Panel flush title="Devices">
        {devices.isError ? (
          <Failed error={devices.error} retry={() => void devices.refetch()} />
        ) : devices.isPending ? (
          <Skeleton rows={5} />
        ) : devices.data.length === 0 ? (
          <Empty icon={Plug} title="No device yet">
            Add a camera station or a native device under Settings. Boards of classic gates come with their gate; an unknown board
            that connects is listed below, with <em>allow</em>.
          </Empty>
        ) : (
          <Table
            label="Devices"
            rows={devices.data}
            rowKey={(device) => device.id}
            columns={columns}
            faded={(device) => device.disabled}
          />
        )}
      </Panel>
      <Sensors />
      <Parts />
      <Panel
        flush
        title="Incidents"
        aside={
          incidents.data &&
          incidents.data.length > 0 && (
            <span className="small muted">
              {count(incidents.data.length, "kind of thing", "kinds of things")} refused or gone wrong
            </span>
          )
        }
      >
        {incidents.isError ? (
          <Failed error={incidents.error} retry={() => void incidents.refetch()} />
        ) : incidents.isPending ? (
          <Skeleton rows={4} />
        ) : (
          <Incidents incidents={incidents.data} />
        )}
      </Panel>
    </Page>
  );
}

/** Beyond this, a device's clock is worth a look. */
const skewWorthSaying = 5000;

const columns: Column<Device>[] = [
  { head: "Name", main: true, cell: (device) => device.name },
  { head: "State", cell: (device) => <State device={device} /> },
  { head: "Kind", cell: (device) => deviceKinds[device.kind] },
  {
    head: "Access point",
    cell: (device) => [device.access_point.name, device.gate && `gate ${device.gate.name}`].filter(Boolean).join(" · "),
  },
  {
    head: "Last seen",
    cell: (device) => (device.last_seen ? <Time at={device.last_seen} show="ago" /> : <span className="muted">never</span>),
  },
  { head: "Clock", align: "right", cell: (device) => <Skew ms={device.skew_ms ?? null} /> },
  { head: "Gaps", align: "right", cell: (device) => <Gaps device={device} /> },
  {
    head: "Observations",
    align: "right",
    cell: (device) => <span className="num">{device.observations.toLocaleString("en-GB")}</span>,
  },
];

function State({ device }: { device: Device }) {
  if (device.disabled) {
    return (
      <Badge icon={CirclePause} title="Its messages are refused">
        Disabled
      </Badge>
    );
  }
  if (device.silent) {
    return (
      <Badge tone="bad" icon={CircleX}>
        Silent
      </Badge>
    );
  }
  if (!device.last_seen) return <Badge>Not heard yet</Badge>;
  return (
    <Badge tone="good" icon={Wifi}>
      Heard
    </Badge>
  );
}

function Skew({ ms }: { ms: number | null }) {
  if (ms === null) return <span className="muted">–</span>;
  if (Math.abs(ms) < skewWorthSaying) return <span className="num">{skew(ms)}</span>;
  return (
    <Badge
      tone="warn"
      title="Server receipt minus device time, of messages that tell the time they are sent at: set the device's clock"
    >
      {skew(ms)}
    </Badge>
  );
}

function Gaps({ device }: { device: Device }) {
  if (device.gaps.length === 0) return <span className="muted">none</span>;
  const missing = device.gaps.reduce((sum, gap) => sum + gap.to - gap.from + 1, 0);
  const list = device.gaps.map((gap) => (gap.from === gap.to ? `${gap.from}` : `${gap.from}–${gap.to}`)).join(", ");
  return (
    <Badge tone="warn" title={`Missing sequence numbers: ${list}`}>
      {missing} missing
    </Badge>
  );
}

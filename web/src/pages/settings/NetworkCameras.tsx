import { useQuery } from "@tanstack/react-query";
import { Cctv, PencilLine, Plus, Radar } from "lucide-react";
import { useState } from "react";
import { devicesQuery } from "../../api/devices";
import { networkCamerasQuery, type NetworkCamera } from "../../api/networkCameras";
import type { Device } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/States";
import { Table } from "../../ui/Table";
import { FindCameras } from "./FindCameras";
import { NetworkCameraForm, type Start } from "./NetworkCameraForm";

interface Row {
  device: Device;
  camera: NetworkCamera;
}

type Open = { what: "find" } | { what: "form"; start: Start; row?: Row } | null;

const nothing: Start = { name: "", address: "", main_address: "", user: "", password: "" };

/** Cameras with an address: those that Gatebook connects to by itself. */
export function NetworkCamerasSection() {
  const cameras = useQuery(networkCamerasQuery).data ?? [];
  const devices = useQuery(devicesQuery).data ?? [];
  const [open, setOpen] = useState<Open>(null);
  const rows = cameras.flatMap((camera) => {
    const device = devices.find((one) => one.id === camera.device);
    return device ? [{ camera, device }] : [];
  });
  return (
    <Panel
      flush
      title="Network cameras"
      aside={
        <>
          <Button size="s" icon={Radar} onClick={() => setOpen({ what: "find" })}>
            Find on the network
          </Button>
          <Button size="s" icon={Plus} onClick={() => setOpen({ what: "form", start: nothing })}>
            Add a network camera
          </Button>
        </>
      }
    >
      {rows.length === 0 ? (
        <Empty icon={Cctv} title="No network camera yet">
          A camera with an address of its own: RTSP, MJPEG, or a board that gives a picture when it is asked.
        </Empty>
      ) : (
        <Table
          label="Network cameras"
          rows={rows}
          rowKey={(row) => row.device.id}
          faded={(row) => row.device.disabled}
          columns={[
            { head: "Name", main: true, cell: (row) => row.device.name },
            { head: "Address", cell: (row) => row.camera.address },
            { head: "Access point", cell: (row) => row.device.access_point.name },
            { head: "State", cell: (row) => <CameraState camera={row.camera} /> },
            {
              head: <span className="visually-hidden">Actions</span>,
              shrink: true,
              cell: (row) => (
                <IconButton
                  size="s"
                  icon={PencilLine}
                  label={`Edit the camera ${row.device.name}`}
                  onClick={() => setOpen({ what: "form", start: started(row), row })}
                />
              ),
            },
          ]}
        />
      )}
      {open?.what === "find" && (
        <FindCameras onClose={() => setOpen(null)} onChosen={(start) => setOpen({ what: "form", start })} />
      )}
      {open?.what === "form" && <NetworkCameraForm start={open.start} row={open.row} onClose={() => setOpen(null)} />}
    </Panel>
  );
}

function started({ device, camera }: Row): Start {
  const { address, main_address, user, has_password } = camera;
  return { name: device.name, address, main_address: main_address ?? "", user, password: has_password ? null : "" };
}

function CameraState({ camera }: { camera: NetworkCamera }) {
  if (!camera.status) return <Badge>Disabled</Badge>;
  return (
    <>
      <StreamState status={camera.status} />
      {camera.main_status && (
        <div>
          <StreamState status={camera.main_status} name="Main stream: " />
          {camera.main_status.state !== "live" ? (
            <span className="small muted"> Pictures are kept of the small stream meanwhile.</span>
          ) : (
            camera.main_status.error && <span className="small muted"> The last picture was kept of the small stream.</span>
          )}
        </div>
      )}
    </>
  );
}

/** How it goes with a stream that gives no pictures; a main stream is not decoded until one is wanted. */
const stateWords = { live: "Not decoded", waiting: "No picture", connecting: "Connecting" } as const;

function StreamState({ status, name = "" }: { status: NonNullable<NetworkCamera["status"]>; name?: string }) {
  if (status.state === "live" && !status.error) {
    const rate = status.frames_per_second > 0 ? `, ${status.frames_per_second.toFixed(1)}/s` : "";
    return (
      <>
        <Badge tone="good">{name}Live</Badge> <span className="small muted">{`${status.kind ?? ""}${rate}`}</span>
      </>
    );
  }
  return (
    <>
      <Badge tone="warn">
        {name}
        {stateWords[status.state]}
      </Badge>{" "}
      <span className="small muted">{status.error}</span>
    </>
  );
}

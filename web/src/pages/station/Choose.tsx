import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Cctv } from "lucide-react";
import { useState, type FormEvent } from "react";
import { devicesQuery } from "../../api/devices";
import { accessPointsQuery } from "../../api/places";
import { useMay } from "../../api/session";
import { addStation, useBecomeStation } from "../../api/station";
import { Button } from "../../ui/Button";
import { FieldGrid, TextField } from "../../ui/Field";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { PointSelect } from "../devices/Incidents";
import css from "./Station.module.css";

/** Which camera station this browser is to be. */
export function Choose() {
  const devices = useQuery(devicesQuery);
  const become = useBecomeStation();
  const isAdmin = useMay("admin");
  if (devices.isError) return <Failed error={devices.error} retry={() => void devices.refetch()} />;
  if (!devices.data) return <Skeleton rows={3} />;
  const stations = devices.data.filter((device) => device.kind === "camera_station" && !device.disabled);
  return (
    <>
      {stations.length > 0 && (
        <ul className={css.stations}>
          {stations.map((station) => (
            <li key={station.id}>
              <Cctv size={18} aria-hidden />
              <span>
                <strong>{station.name}</strong>
                <span className="small muted"> {station.access_point.name}</span>
              </span>
              <Button
                variant="primary"
                busy={become.isPending && become.variables === station.id}
                onClick={() => become.mutate(station.id)}
              >
                This browser is it
              </Button>
            </li>
          ))}
        </ul>
      )}
      {isAdmin ? (
        <NewStation first={stations.length === 0} />
      ) : (
        stations.length === 0 && (
          <Empty icon={Cctv} title="No camera station yet">
            An administrator adds one under Settings.
          </Empty>
        )
      )}
    </>
  );
}

/** Adds a camera station and makes this browser it. */
export function NewStation({ first, onDone }: { first: boolean; onDone?: () => void }) {
  const queries = useQueryClient();
  const points = useQuery(accessPointsQuery).data ?? [];
  const [name, setName] = useState(first ? "Webcam" : "");
  const [chosen, setChosen] = useState("");
  const point = chosen || (points.length === 1 ? (points[0]?.id ?? "") : "");
  const become = useBecomeStation();
  const add = useMutation({
    mutationFn: async () => {
      const device = await addStation(name.trim(), point);
      await become.mutateAsync(device.id);
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["devices"] });
      onDone?.();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <h2>{first ? "Add this browser's camera" : "Or add a new one"}</h2>
      <FieldGrid>
        <TextField label="Name of the camera" required value={name} onChange={(event) => setName(event.target.value)} />
        <PointSelect label="It watches" value={point} onChange={setChosen} points={points} />
      </FieldGrid>
      <div>
        <Button type="submit" variant="primary" disabled={name.trim() === "" || point === ""} busy={add.isPending}>
          Add and start
        </Button>
      </div>
    </form>
  );
}

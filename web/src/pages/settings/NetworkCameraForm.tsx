import { useMutation, useQuery } from "@tanstack/react-query";
import { Aperture } from "lucide-react";
import { useEffect, useState } from "react";
import { client, data, Problem } from "../../api/client";
import { firstPicture, type NetworkCamera } from "../../api/networkCameras";
import { accessPointsQuery } from "../../api/places";
import type { Device } from "../../api/types";
import { Button } from "../../ui/Button";
import { Check, FieldGrid, TextField } from "../../ui/Field";
import { Note } from "../../ui/States";
import { PointSelect } from "../devices/Incidents";
import { useSettingsChange } from "./change";
import { FormDialog } from "./FormDialog";
import css from "./Settings.module.css";

/** What the form begins with; a `null` password is kept and not shown. */
export interface Start {
  name: string;
  address: string;
  /** The camera's main stream; empty: none beside `address`. */
  main_address: string;
  user: string;
  password: string | null;
}

interface Props {
  start: Start;
  row?: { device: Device; camera: NetworkCamera } | undefined;
  onClose: () => void;
}

/** Adds a network camera, or changes one; "Test" shows its first picture before anything is saved. */
export function NetworkCameraForm({ start, row, onClose }: Props) {
  const points = useQuery(accessPointsQuery).data ?? [];
  const [draft, setDraft] = useState({
    ...start,
    access_point: row?.device.access_point.id ?? "",
    silent_after_s: row?.device.silent_after_s ?? 60,
    disabled: row?.device.disabled ?? false,
    frames_per_second: row?.camera.frames_per_second ?? 5,
  });
  const set = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change });
  const save = useSettingsChange(
    ["devices", "session"],
    () =>
      row
        ? data(client.PUT("/api/v1/network-cameras/{id}", { params: { path: { id: row.device.id } }, body: draft }))
        : data(client.POST("/api/v1/network-cameras", { body: draft })),
    row ? "Camera saved" : "Camera added",
    onClose,
  );
  return (
    <FormDialog
      title={row ? `Edit ${row.device.name}` : "Add a network camera"}
      about="Gatebook connects to it by itself, and again whenever it was away."
      save={row ? "Save" : "Add"}
      busy={save.isPending}
      error={save.error}
      ready={draft.name !== "" && draft.access_point !== "" && draft.address !== ""}
      onSave={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <FieldGrid>
        <TextField label="Name" required value={draft.name} onChange={(event) => set({ name: event.target.value })} />
        <PointSelect
          label="Access point"
          value={draft.access_point}
          onChange={(access_point) => set({ access_point })}
          points={points}
        />
      </FieldGrid>
      <TextField
        label="Address"
        required
        hint="rtsp://192.168.1.20/stream2, or http://192.168.1.21/capture. A small stream is enough: faces of 60 pixels are found."
        value={draft.address}
        onChange={(event) => set({ address: event.target.value })}
      />
      <TextField
        label="Main stream"
        hint="rtsp://192.168.1.20/stream1. Optional: faces are looked for in the small stream above, and the picture of a passage is taken from this one, at the same moment."
        value={draft.main_address}
        onChange={(event) => set({ main_address: event.target.value })}
      />
      <FieldGrid>
        <TextField
          label="User name"
          autoComplete="off"
          value={draft.user}
          onChange={(event) => set({ user: event.target.value })}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          hint={draft.password === null ? "One is kept, sealed. Type here to replace it." : undefined}
          value={draft.password ?? ""}
          onChange={(event) => set({ password: event.target.value })}
        />
        <TextField
          label="Pictures each second"
          type="number"
          min={1}
          max={15}
          value={draft.frames_per_second}
          onChange={(event) => set({ frames_per_second: event.target.valueAsNumber || 1 })}
        />
        <TextField
          label="Alert when silent for, seconds"
          type="number"
          min={0}
          hint="0: never."
          value={draft.silent_after_s}
          onChange={(event) => set({ silent_after_s: event.target.valueAsNumber || 0 })}
        />
      </FieldGrid>
      {row && (
        <Check
          label="Disabled"
          hint="It is not connected to."
          checked={draft.disabled}
          onChange={(event) => set({ disabled: event.target.checked })}
        />
      )}
      <TestCamera asked={draft} device={row?.device.id} />
    </FormDialog>
  );
}

/** What a stream gave when it was tried. */
interface Tried {
  main: boolean;
  picture?: string;
  error?: unknown;
}

/** Shows the first picture of each stream, or why there is none. */
function TestCamera({ asked, device }: { asked: Start; device: string | undefined }) {
  const { address, main_address, user, password } = asked;
  const test = useMutation({
    mutationFn: async () => {
      const tried: Tried[] = [];
      for (const stream of [address, main_address].filter((one) => one.trim() !== "")) {
        const main = tried.length > 0;
        try {
          const picture = await firstPicture({ address: stream, user, password }, device);
          tried.push({ main, picture: URL.createObjectURL(picture) });
        } catch (error) {
          tried.push({ main, error });
          // Its main stream is not asked as well: a second wrong password may lock the camera's user.
          break;
        }
      }
      return tried;
    },
  });
  const tried = test.data;
  useEffect(() => () => tried?.forEach(({ picture }) => picture && URL.revokeObjectURL(picture)), [tried]);
  return (
    <div className="stack">
      <span>
        <Button icon={Aperture} busy={test.isPending} disabled={address === ""} onClick={() => test.mutate()}>
          Test
        </Button>
      </span>
      {tried?.map(({ main, picture, error }) =>
        picture === undefined ? (
          <Note key="error" tone="bad" title={main ? "No picture of the main stream" : "No picture"}>
            {error instanceof Problem ? error.detail : "Gatebook cannot be reached. Try again."}
          </Note>
        ) : (
          <img
            key={picture}
            className={css.tested}
            src={picture}
            alt={main ? "The same in its main stream" : "What the camera shows now"}
          />
        ),
      )}
    </div>
  );
}

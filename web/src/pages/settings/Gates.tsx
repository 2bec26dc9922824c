import { useQuery } from "@tanstack/react-query";
import { Router } from "lucide-react";
import { useState } from "react";
import { client, data } from "../../api/client";
import { accessPointsQuery, gatesQuery } from "../../api/places";
import type { Gate } from "../../api/types";
import { FieldGrid, TextField } from "../../ui/Field";
import { Empty, Failed, Note, Skeleton } from "../../ui/States";
import { PointSelect } from "../devices/Incidents";
import { useSettingsChange } from "./change";
import { Collection } from "./Collection";
import { FormDialog } from "./FormDialog";

/** What is left empty is not there. */
function body<Draft extends { controller_address: string; camera_address: string; topic_prefix: string }>(draft: Draft) {
  const { controller_address, camera_address, topic_prefix, ...rest } = draft;
  return {
    ...rest,
    controller_address: controller_address || null,
    camera_address: camera_address || null,
    topic_prefix: topic_prefix || null,
  };
}

export function GatesSection() {
  const gates = useQuery(gatesQuery);
  const points = useQuery(accessPointsQuery).data ?? [];
  if (gates.isError) return <Failed error={gates.error} retry={() => void gates.refetch()} />;
  if (!gates.data) return <Skeleton rows={4} />;
  const nameOf = (id: string) => points.find((point) => point.id === id)?.name ?? "";
  return (
    <>
      <Note>
        A classic gate is a controller and its camera board, told apart by their addresses, or by the topics under which your MQTT
        broker has their messages. An address is not authentication: keep these boards in a network of their own. Gatebook listens
        for them, and subscribes to a broker, only when the configuration says so.
      </Note>
      <Collection
        title="Classic gates"
        add="Add a gate"
        rows={gates.data}
        columns={[
          { head: "Name", main: true, cell: (gate) => gate.name },
          { head: "Controller", cell: (gate) => <Maybe text={gate.controller_address} /> },
          { head: "Camera board", cell: (gate) => <Maybe text={gate.camera_address} /> },
          { head: "Topics under", cell: (gate) => <Maybe text={gate.topic_prefix} /> },
          { head: "Entries at", cell: (gate) => nameOf(gate.entry) },
          { head: "Exits at", cell: (gate) => nameOf(gate.exit) },
        ]}
        empty={
          <Empty icon={Router} title="No classic gate yet">
            Give the boards fixed addresses and add them here, or let a board connect and choose <em>allow</em> under Devices.
          </Empty>
        }
        form={(gate, onClose) => <GateDialog gate={gate} onClose={onClose} />}
        remove={(id) => client.DELETE("/api/v1/gates/{id}", { params: { path: { id } } })}
        removed="Gate removed"
        keeps="Its two boards are refused from now on. Past passages stay in the log."
        touches={["places", "devices"]}
      />
    </>
  );
}

function Maybe({ text }: { text: string | null | undefined }) {
  return text ? <code>{text}</code> : <span className="muted">–</span>;
}

function GateDialog({ gate, onClose }: { gate: Gate | null; onClose: () => void }) {
  const points = useQuery(accessPointsQuery).data ?? [];
  const [draft, setDraft] = useState({
    name: gate?.name ?? "",
    controller_address: gate?.controller_address ?? "",
    camera_address: gate?.camera_address ?? "",
    topic_prefix: gate?.topic_prefix ?? "",
    entry: gate?.entry ?? "",
    exit: gate?.exit ?? "",
  });
  const set = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change });
  const save = useSettingsChange(
    ["places", "devices", "session"],
    () =>
      gate
        ? data(client.PUT("/api/v1/gates/{id}", { params: { path: { id: gate.id } }, body: body(draft) }))
        : data(client.POST("/api/v1/gates", { body: body(draft) })),
    "Gate saved",
    onClose,
  );
  const reached = draft.controller_address !== "" || draft.topic_prefix !== "";
  const ready = reached && [draft.name, draft.entry, draft.exit].every((value) => value.trim() !== "");
  return (
    <FormDialog
      title={gate ? `Edit ${gate.name}` : "Add a classic gate"}
      save="Save"
      busy={save.isPending}
      error={save.error}
      ready={ready}
      onSave={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <TextField label="Name" required value={draft.name} onChange={(event) => set({ name: event.target.value })} />
      <FieldGrid>
        <TextField
          label="Address of the controller"
          hint="Empty if its messages come through a broker alone."
          placeholder="192.168.10.11"
          value={draft.controller_address}
          onChange={(event) => set({ controller_address: event.target.value.trim() })}
        />
        <TextField
          label="Address of the camera board"
          hint="May be the same. Pictures are taken from it alone."
          placeholder="192.168.10.12"
          value={draft.camera_address}
          onChange={(event) => set({ camera_address: event.target.value.trim() })}
        />
        <TextField
          label="Topic prefix at the broker"
          hint="Empty if its boards connect to Gatebook alone."
          placeholder="gates/north"
          value={draft.topic_prefix}
          onChange={(event) => set({ topic_prefix: event.target.value.trim() })}
        />
        <PointSelect
          label="Entries happen at"
          value={draft.entry}
          onChange={(entry) => set({ entry })}
          points={points.filter((point) => point.direction !== "exit")}
        />
        <PointSelect
          label="Exits happen at"
          value={draft.exit}
          onChange={(exit) => set({ exit })}
          points={points.filter((point) => point.direction !== "entry")}
        />
      </FieldGrid>
    </FormDialog>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, FileUp, ShieldCheck, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { client, data } from "../../api/client";
import { accessPointsQuery, gatesQuery } from "../../api/places";
import { useMay } from "../../api/session";
import type { Allow as AllowInput, Incident } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Check as Choice, FieldGrid, SelectField, TextField } from "../../ui/Field";
import { Empty, Note } from "../../ui/States";
import { Time } from "../../ui/Time";
import { said } from "../../ui/Toasts";
import { incidentKinds } from "../../words";
import { ImportLog } from "../log/ImportLog";
import css from "./Incidents.module.css";

/** What was refused at the edge, with what to do about it. */
export function Incidents({ incidents }: { incidents: Incident[] }) {
  const [allowing, setAllowing] = useState<Incident | null>(null);
  if (incidents.length === 0) {
    return (
      <Empty icon={ShieldCheck} title="Nothing was refused">
        Refused connections, lines that cannot be read, failed uploads and outages appear here.
      </Empty>
    );
  }
  return (
    <ul>
      {incidents.map((incident) => (
        <Row key={incident.id} incident={incident} onAllow={() => setAllowing(incident)} />
      ))}
      {allowing && <Allow incident={allowing} onClose={() => setAllowing(null)} />}
    </ul>
  );
}

function Row({ incident, onAllow }: { incident: Incident; onAllow: () => void }) {
  const queries = useQueryClient();
  const isAdmin = useMay("admin");
  const mayForget = useMay("operator");
  const [importing, setImporting] = useState(false);
  const forget = useMutation({
    mutationFn: () => client.DELETE("/api/v1/incidents/{id}", { params: { path: { id: incident.id } } }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["devices"] }),
  });
  return (
    <li className={css.incident}>
      <div className={css.text}>
        <p className="row">
          <Badge tone={incident.kind === "outage" ? "warn" : "bad"}>{incidentKinds[incident.kind]}</Badge>
          {incident.address && <code>{incident.address}</code>}
          {incident.device && <span>{incident.device.name}</span>}
          {incident.count > 1 && <span className="small muted num">{incident.count.toLocaleString("en-GB")} times</span>}
          <span className="small muted">
            <Time at={incident.last_at} show="ago" />
          </span>
        </p>
        <p>{incident.reason}</p>
        <p className={css.remedy}>{incident.remedy}</p>
      </div>
      <div className={css.actions}>
        {mayForget && incident.kind === "outage" && incident.device && (
          <Button size="s" icon={FileUp} onClick={() => setImporting(true)}>
            Import a card's log
          </Button>
        )}
        {importing && <ImportLog onClose={() => setImporting(false)} />}
        {isAdmin && incident.can_allow && (
          <Button size="s" icon={Check} onClick={onAllow}>
            Allow
          </Button>
        )}
        {mayForget && (
          <IconButton
            size="s"
            icon={X}
            label="Forget this; it comes back when it happens again"
            onClick={() => forget.mutate()}
          />
        )}
      </div>
    </li>
  );
}

/** Makes the address of a refused connection a board of a gate. */
function Allow({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const queries = useQueryClient();
  const gates = useQuery(gatesQuery).data ?? [];
  const points = useQuery(accessPointsQuery).data ?? [];
  const [way, setWay] = useState<"new_gate" | "board">("new_gate");
  const [name, setName] = useState("");
  const [entry, setEntry] = useState("");
  const [exit, setExit] = useState("");
  const [gate, setGate] = useState("");
  const [board, setBoard] = useState<"controller" | "camera">("camera");
  const allow = useMutation({
    mutationFn: (body: AllowInput) =>
      data(client.POST("/api/v1/incidents/{id}/allow", { params: { path: { id: incident.id } }, body })),
    onSuccess: (allowed) => {
      said(`${incident.address ?? "The address"} is allowed`, `As part of the gate ${allowed.name}, at once.`);
      for (const key of ["devices", "places"]) void queries.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    allow.mutate(
      way === "new_gate" ? { allow: "new_gate", name: name.trim(), entry, exit } : { allow: "existing_gate", gate, board },
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Allow ${incident.address ?? "this address"}`}
      about="Its messages are taken from now on."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="allow" variant="primary" busy={allow.isPending}>
            Allow
          </Button>
        </>
      }
    >
      <form id="allow" className="stack" onSubmit={submit}>
        <Note tone="warn">
          An address tells gates apart; it is not authentication. Whoever can take this address can speak for the board.
        </Note>
        <div>
          <Choice
            type="radio"
            name="way"
            label="It belongs to a new gate"
            hint="Both boards have this address until the other one is allowed."
            checked={way === "new_gate"}
            onChange={() => setWay("new_gate")}
          />
          <Choice
            type="radio"
            name="way"
            label="It is a board of an existing gate"
            disabled={gates.length === 0}
            checked={way === "board"}
            onChange={() => setWay("board")}
          />
        </div>
        {way === "new_gate" ? (
          <FieldGrid>
            <TextField label="Name of the gate" required value={name} onChange={(event) => setName(event.target.value)} />
            <PointSelect
              label="Entries happen at"
              value={entry}
              onChange={setEntry}
              points={points.filter((point) => point.direction !== "exit")}
            />
            <PointSelect
              label="Exits happen at"
              value={exit}
              onChange={setExit}
              points={points.filter((point) => point.direction !== "entry")}
            />
          </FieldGrid>
        ) : (
          <FieldGrid>
            <SelectField label="Gate" required value={gate} onChange={(event) => setGate(event.target.value)}>
              <option value="">Choose one</option>
              {gates.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </SelectField>
            <SelectField
              label="Which board"
              value={board}
              onChange={(event) => setBoard(event.target.value as "controller" | "camera")}
            >
              <option value="controller">Controller</option>
              <option value="camera">Camera board</option>
            </SelectField>
          </FieldGrid>
        )}
      </form>
    </Dialog>
  );
}

interface PointSelectProps {
  label: string;
  value: string;
  onChange: (id: string) => void;
  points: { id: string; name: string }[];
}

/** Chooses an access point. */
export function PointSelect({ label, value, onChange, points }: PointSelectProps) {
  return (
    <SelectField
      label={label}
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
      hint={points.length === 0 ? "Add one under Settings first." : undefined}
    >
      <option value="">Choose one</option>
      {points.map((point) => (
        <option key={point.id} value={point.id}>
          {point.name}
        </option>
      ))}
    </SelectField>
  );
}

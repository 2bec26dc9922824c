import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BellRing, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { client } from "../../api/client";
import { useMay } from "../../api/session";
import type { Alert } from "../../api/types";
import { personName } from "../../passage/name";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/States";
import { Time } from "../../ui/Time";
import { said } from "../../ui/Toasts";
import { alertKinds } from "../../words";
import css from "./Alerts.module.css";

const shown = 12;

/** Open alerts: kept until somebody by name acknowledges them. */
export function Alerts({ alerts }: { alerts: Alert[] }) {
  const mayAcknowledge = useMay("operator");
  const [asked, setAsked] = useState<Alert | null>(null);
  return (
    <Panel
      title="Alerts"
      flush
      aside={
        alerts.length > 0 && (
          <Badge tone="bad" icon={BellRing}>
            {alerts.length} open
          </Badge>
        )
      }
    >
      {alerts.length === 0 ? (
        <Empty compact icon={ShieldCheck} title="No open alerts" />
      ) : (
        <ul className={css.alerts}>
          {alerts.slice(0, shown).map((alert) => (
            <li key={alert.id}>
              <AlertText alert={alert} />
              {mayAcknowledge && (
                <Button size="s" onClick={() => setAsked(alert)} aria-label={`Acknowledge: ${alertKinds[alert.kind]}`}>
                  Acknowledge
                </Button>
              )}
            </li>
          ))}
          {alerts.length > shown && <li className="muted small">and {alerts.length - shown} more</li>}
        </ul>
      )}
      {asked && <Acknowledge alert={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

function AlertText({ alert }: { alert: Alert }) {
  const mayRead = useMay("auditor");
  const about = [alert.person && personName(alert.person), alert.access_point?.name, alert.device?.name]
    .filter(Boolean)
    .join(" · ");
  return (
    <div className={css.text}>
      <p className={css.kind}>
        {mayRead ? (
          <Link to="/log" search={{ event: alert.event }}>
            {alertKinds[alert.kind]}
          </Link>
        ) : (
          alertKinds[alert.kind]
        )}
      </p>
      <p className="small muted">
        {about !== "" && `${about} · `}
        <Time at={alert.raised_at} show="ago" />
      </p>
    </div>
  );
}

function Acknowledge({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const [note, setNote] = useState("");
  const acknowledge = useMutation({
    mutationFn: () => client.POST("/api/v1/alerts/{id}/acknowledge", { params: { path: { id: alert.id } }, body: { note } }),
    onSuccess: () => {
      said("Alert acknowledged");
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      width="s"
      title={alertKinds[alert.kind]}
      about="Acknowledging is written into the log with your name."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
            Acknowledge
          </Button>
        </>
      }
    >
      <AlertText alert={alert} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          acknowledge.mutate();
        }}
      >
        <TextField
          label="Note"
          hint="Optional: what you found or did."
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

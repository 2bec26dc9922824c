import { useState } from "react";
import type { Visit } from "../../api/types";
import { personName } from "../../passage/name";
import { TextField } from "../../ui/Field";
import { instantToSiteTime, siteTimeToInstant } from "../../ui/format";
import { useZone } from "../../ui/Time";
import { useCorrection } from "./correct";
import { CorrectionDialog } from "./CorrectionDialog";

/** Closes a visit that was left open. */
export function CloseVisit({ visit, onClose }: { visit: Visit; onClose: () => void }) {
  const zone = useZone();
  const [at, setAt] = useState(() => instantToSiteTime(Date.now(), zone));
  const [reason, setReason] = useState("");
  const correct = useCorrection(onClose);
  const instant = siteTimeToInstant(at, zone);
  const early = instant !== null && Date.parse(instant) < Date.parse(visit.entered_at);
  const submit = () => {
    if (instant !== null) correct.mutate({ correction: "close_visit", visit: visit.id, at: instant, reason: reason.trim() });
  };
  return (
    <CorrectionDialog
      title={`Close the visit of ${personName(visit.person)}`}
      about="Says when the person left."
      ready={instant !== null && !early && reason.trim() !== ""}
      busy={correct.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Left at"
        type="datetime-local"
        required
        hint={`Site time, ${zone}`}
        error={early ? "That is before the entry." : null}
        value={at}
        onChange={(event) => setAt(event.target.value)}
      />
      <TextField label="Reason" required value={reason} onChange={(event) => setReason(event.target.value)} />
    </CorrectionDialog>
  );
}

import { useState } from "react";
import type { Passage } from "../../api/types";
import { passageName } from "../../passage/name";
import { TextField } from "../../ui/Field";
import { PersonPicker } from "../people/PersonPicker";
import { useCorrection } from "./correct";
import { CorrectionDialog } from "./CorrectionDialog";

export function NotThisPerson({ passage, onClose }: { passage: Passage; onClose: () => void }) {
  const [instead, setInstead] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const correct = useCorrection(onClose);
  return (
    <CorrectionDialog
      title={`Not ${passageName(passage)}`}
      about="The original stays visible; visits and attendance follow the correction."
      ready={reason.trim() !== ""}
      busy={correct.isPending}
      onSubmit={() => correct.mutate({ correction: "not_this_person", event: passage.event, instead, reason: reason.trim() })}
      onClose={onClose}
    >
      <PersonPicker label="Who it was instead" hint="Leave empty when that is not known." value={instead} onChange={setInstead} />
      <TextField label="Reason" required value={reason} onChange={(event) => setReason(event.target.value)} />
    </CorrectionDialog>
  );
}

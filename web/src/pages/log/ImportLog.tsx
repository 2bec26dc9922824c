import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { gatesQuery } from "../../api/places";
import { SelectField } from "../../ui/Field";
import { Note } from "../../ui/States";
import { ImportDialog } from "../people/ImportDialog";

/** Imports a classic card's log: what happened while the server was away. */
export function ImportLog({ onClose }: { onClose: () => void }) {
  const gates = useQuery(gatesQuery).data ?? [];
  const [gate, setGate] = useState("");
  return (
    <ImportDialog
      kind="log_import"
      path="/api/v1/log/import"
      title="Import a card's log"
      about="Takes over log.csv of a gate's controller. What is known already is recognised and not added again."
      file="Log (log.csv)"
      pictures={{ label: "Pictures", field: "pictures", accept: "image/jpeg" }}
      more={{ gate }}
      ready={gate !== ""}
      onClose={onClose}
    >
      {gates.length === 0 && <Note tone="warn">There is no gate yet. Add it under Settings first: the log belongs to one.</Note>}
      <SelectField label="Gate whose controller wrote it" required value={gate} onChange={(event) => setGate(event.target.value)}>
        <option value="">Choose one</option>
        {gates.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
    </ImportDialog>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { upload } from "../../api/client";
import { gatesQuery } from "../../api/places";
import type { Import } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { Note } from "../../ui/States";
import { ImportReport } from "../people/ImportReport";

/** Imports a classic card's log: what happened while the server was away. */
export function ImportLog({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const gates = useQuery(gatesQuery).data ?? [];
  const [gate, setGate] = useState("");
  const [csv, setCsv] = useState<File | null>(null);
  const [pictures, setPictures] = useState<File[]>([]);
  const run = useMutation({
    mutationFn: () => {
      const form = new FormData();
      form.append("gate", gate);
      if (csv) form.append("csv", csv);
      for (const picture of pictures) form.append("pictures", picture);
      return upload<Import>("/api/v1/log/import", form);
    },
    onSuccess: () => {
      for (const key of ["log", "attendance", "people"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Import a card's log"
      about="Takes over log.csv of a gate's controller. What is known already is recognised and not added again."
      footer={
        run.data ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form="import-log" variant="primary" disabled={!csv || gate === ""} busy={run.isPending}>
              Import
            </Button>
          </>
        )
      }
    >
      {run.data ? (
        <ImportReport report={run.data} />
      ) : (
        <form id="import-log" className="stack" onSubmit={submit}>
          {gates.length === 0 && (
            <Note tone="warn">There is no gate yet. Add it under Settings first: the log belongs to one.</Note>
          )}
          <SelectField
            label="Gate whose controller wrote it"
            required
            value={gate}
            onChange={(event) => setGate(event.target.value)}
          >
            <option value="">Choose one</option>
            {gates.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
          <TextField
            label="Log (log.csv)"
            type="file"
            accept=".csv,text/csv"
            required
            onChange={(event) => setCsv(event.target.files?.[0] ?? null)}
          />
          <TextField
            label="Pictures"
            type="file"
            accept="image/jpeg"
            multiple
            hint="Optional; found by the file names in the log."
            onChange={(event) => setPictures([...(event.target.files ?? [])])}
          />
        </form>
      )}
    </Dialog>
  );
}

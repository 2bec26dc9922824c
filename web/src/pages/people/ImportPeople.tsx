import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { upload } from "../../api/client";
import type { Import } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { ImportReport } from "./ImportReport";

/** Imports a classic card's registry; doing it again changes nothing. */
export function ImportPeople({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [csv, setCsv] = useState<File | null>(null);
  const [photos, setPhotos] = useState<File[]>([]);
  const run = useMutation({
    mutationFn: () => {
      const form = new FormData();
      if (csv) form.append("csv", csv);
      for (const photo of photos) form.append("photos", photo);
      return upload<Import>("/api/v1/people/import", form);
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["people"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Import a card's registry"
      about="Takes over a_d.csv of a classic controller's card. Importing the same file again changes nothing."
      footer={
        run.data ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form="import-people" variant="primary" disabled={!csv} busy={run.isPending}>
              Import
            </Button>
          </>
        )
      }
    >
      {run.data ? (
        <ImportReport report={run.data} />
      ) : (
        <form id="import-people" className="stack" onSubmit={submit}>
          <TextField
            label="Registry (a_d.csv)"
            type="file"
            accept=".csv,text/csv"
            required
            onChange={(event) => setCsv(event.target.files?.[0] ?? null)}
          />
          <TextField
            label="Photographs"
            type="file"
            accept="image/jpeg,image/png"
            multiple
            hint="Optional; found by the file names in the registry."
            onChange={(event) => setPhotos([...(event.target.files ?? [])])}
          />
        </form>
      )}
    </Dialog>
  );
}

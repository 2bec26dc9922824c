import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { Problem, upload } from "../../api/client";
import { jobsQuery, type Job } from "../../api/jobs";
import { useJob } from "../../live/jobs";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { JobProgress } from "../../ui/JobProgress";
import { Note } from "../../ui/States";
import { Time } from "../../ui/Time";
import { ImportReport } from "./ImportReport";

interface ImportDialogProps {
  kind: "people_import" | "log_import" | "fingers_import";
  path: string;
  title: string;
  about: string;
  /** What the file is called. */
  file: string;
  /** What its pictures are called, the form's field for them, and which kinds are taken; absent: it has none. */
  pictures?: { label: string; field: string; accept: string };
  /** More fields of the form. */
  more?: Record<string, string>;
  ready?: boolean;
  onClose: () => void;
  children?: ReactNode;
}

/** Imports a file with its pictures. The import goes on when this is closed; opening it again shows how it stands. */
export function ImportDialog({
  kind,
  path,
  title,
  about,
  file,
  pictures,
  more = {},
  ready = true,
  onClose,
  children,
}: ImportDialogProps) {
  const queries = useQueryClient();
  const newest = useJob(kind);
  const [csv, setCsv] = useState<File | null>(null);
  const [images, setImages] = useState<File[]>([]);
  const [again, setAgain] = useState(false);
  const begin = useMutation({
    mutationFn: () => {
      const form = new FormData();
      for (const [field, text] of Object.entries(more)) form.append(field, text);
      if (csv) form.append("csv", csv);
      if (pictures) for (const image of images) form.append(pictures.field, image);
      return upload<Job>(path, form);
    },
    onSuccess: (job) => {
      queries.setQueryData(jobsQuery.queryKey, (known) => [job, ...(known ?? [])]);
      setAgain(false);
    },
  });
  const job = again ? null : newest;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      about={about}
      footer={
        job ? (
          <>
            {job.state !== "running" && <Button onClick={() => setAgain(true)}>Import another</Button>}
            <Button variant="primary" onClick={onClose}>
              {job.state === "running" ? "Go on in the background" : "Done"}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={kind} variant="primary" disabled={!csv || !ready} busy={begin.isPending}>
              Import
            </Button>
          </>
        )
      }
    >
      {job ? (
        <Standing job={job} />
      ) : (
        <form id={kind} className="stack" onSubmit={submit}>
          {children}
          <TextField
            label={file}
            type="file"
            accept=".csv,text/csv"
            required
            onChange={(event) => setCsv(event.target.files?.[0] ?? null)}
          />
          {pictures && (
            <TextField
              label={pictures.label}
              type="file"
              accept={pictures.accept}
              multiple
              hint="Optional; found by the file names in the card's file. At most 20,000 files and 2 GiB at once."
              onChange={(event) => setImages([...(event.target.files ?? [])])}
            />
          )}
          {begin.isPending && <p role="status">Sending the files. Keep this page open until they are there.</p>}
          {begin.error instanceof Problem && (
            <Note tone="bad" title={begin.error.message}>
              {begin.error.detail}
            </Note>
          )}
        </form>
      )}
    </Dialog>
  );
}

function Standing({ job }: { job: Job }) {
  if (job.state === "running")
    return (
      <div className="stack">
        <p>The server imports. This may be closed: the import goes on, and its report is kept here.</p>
        <JobProgress job={job} label="Import" one="row" many="rows" />
      </div>
    );
  return (
    <div className="stack">
      {job.ended_at && (
        <p className="small muted">
          Ended <Time at={job.ended_at} show="exact" />
        </p>
      )}
      {job.report && <ImportReport report={job.report} />}
      {job.state === "failed" && (
        <Note tone="bad" title="The import did not come to its end">
          {job.failure}. Import the same file again: what was taken over is recognised.
        </Note>
      )}
    </div>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import { useEffect, useState } from "react";
import { client } from "../../api/client";
import { integrityQuery } from "../../api/integrity";
import type { components } from "../../api/schema";
import { jobsQuery } from "../../api/jobs";
import { useJob } from "../../live/jobs";
import { Button, buttonClass } from "../../ui/Button";
import { Copy } from "../../ui/Copy";
import { AreaField } from "../../ui/Field";
import { count } from "../../ui/format";
import { Facts, Page, Panel, Stat } from "../../ui/Panel";
import { JobProgress } from "../../ui/JobProgress";
import { Empty, Failed, Note, Skeleton } from "../../ui/States";
import { Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

type View = components["schemas"]["IntegrityView"];

/** Whether the log is what it was: its size and root, checkpoints, and a verification at any time. */
export function Integrity() {
  const integrity = useQuery(integrityQuery);
  return (
    <Page
      title="Integrity"
      about="Every entry is a leaf of a Merkle tree. Whoever keeps a checkpoint can prove later that nothing before it was changed, removed or reordered."
      actions={
        <a className={buttonClass()} href="/api/v1/checkpoint" download="gatebook.checkpoint">
          <Download size={16} aria-hidden /> Checkpoint
        </a>
      }
    >
      {integrity.isError ? (
        <Failed error={integrity.error} retry={() => void integrity.refetch()} />
      ) : integrity.isPending ? (
        <Skeleton rows={6} />
      ) : (
        <Shown view={integrity.data} />
      )}
    </Page>
  );
}

function Shown({ view }: { view: View }) {
  const newest = view.checkpoints[0];
  const covered = newest?.size ?? 0;
  return (
    <>
      {view.contradiction && (
        <Note tone="bad" title="No checkpoint can be signed">
          {`${sentence(view.contradiction)}. Verify the whole log below, keep a copy of the data directory, and find out who could write to it.`}
        </Note>
      )}
      <div style={{ display: "grid", gap: "var(--gap)", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 200px), 1fr))" }}>
        <Stat
          label="Entries"
          value={view.size.toLocaleString("en-GB")}
          hint={
            covered >= view.size
              ? "all under a signed checkpoint"
              : `${count(view.size - covered, "entry waits", "entries wait")} for the next checkpoint`
          }
        />
        <Stat
          label="Newest checkpoint"
          value={newest ? <Time at={newest.signed_at} show="ago" /> : "None"}
          hint={newest && <Time at={newest.signed_at} show="exact" />}
        />
        <LastVerification view={view} />
      </div>
      <Verify view={view} />
      <Panel title="For somebody who verifies">
        <div className="stack">
          <Facts items={[["Root of the whole log", <code key="root">{view.root}</code>]]} />
          <div>
            <p className="small muted">Verifier key of the checkpoints (C2SP signed note)</p>
            <Copy label="Verifier key" text={view.verifier_key} />
          </div>
          <div className="small muted">
            <p>
              Keep the key and a checkpoint somewhere else. <code>gatebook verify --checkpoint FILE</code> holds the store against
              it, so that even a log that was cut and signed anew is found out.
            </p>
            <p>
              A verification shows that every entry is as it was written, that none was removed or moved, and that visits, tags
              and days follow from the log. It does not show that what a device reported was true, nor that whoever holds the
              signing key wrote nothing false: for the second, a checkpoint has to be kept where they cannot change it.
            </p>
          </div>
        </div>
      </Panel>
      <Panel title="Checkpoints" flush>
        {view.checkpoints.length === 0 ? (
          <Empty icon={ShieldQuestion} title="No checkpoint yet">
            One is signed within a second after something new is in the log.
          </Empty>
        ) : (
          <Table
            label="Checkpoints"
            rows={view.checkpoints}
            rowKey={(checkpoint) => String(checkpoint.size)}
            columns={[
              { head: "Signed", main: true, cell: (checkpoint) => <Time at={checkpoint.signed_at} show="exact" /> },
              {
                head: "Entries",
                align: "right",
                cell: (checkpoint) => <span className="num">{checkpoint.size.toLocaleString("en-GB")}</span>,
              },
              { head: "Root", cell: (checkpoint) => <code title={checkpoint.root}>{`${checkpoint.root.slice(0, 24)}…`}</code> },
            ]}
          />
        )}
      </Panel>
    </>
  );
}

function LastVerification({ view }: { view: View }) {
  const last = view.last_verification;
  if (!last)
    return (
      <Stat
        label="Last verification"
        value="None yet"
        hint="since the server started"
        icon={<ShieldQuestion size={15} aria-hidden />}
      />
    );
  const Icon = last.intact ? ShieldCheck : ShieldAlert;
  return (
    <Stat
      label="Last verification"
      icon={<Icon size={15} aria-hidden />}
      value={
        <span style={{ color: last.intact ? "var(--good)" : "var(--bad)" }}>{last.intact ? "Verifies" : "Does not verify"}</span>
      }
      hint={
        <>
          {count(last.entries, "entry", "entries")} · <Time at={last.at} show="ago" />
        </>
      }
    />
  );
}

function Verify({ view }: { view: View }) {
  const queries = useQueryClient();
  const [kept, setKept] = useState("");
  const job = useJob("verification");
  const running = job?.state === "running";
  useEffect(() => {
    if (!running) void queries.invalidateQueries({ queryKey: integrityQuery.queryKey });
  }, [queries, running]);
  const verify = useMutation({
    mutationFn: () => client.POST("/api/v1/integrity/verify", { body: kept.trim() === "" ? {} : { checkpoint: kept } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: jobsQuery.queryKey }),
  });
  const last = view.last_verification;
  return (
    <Panel
      title="Verify now"
      aside={
        <Button variant="primary" icon={ShieldCheck} busy={verify.isPending || running} onClick={() => verify.mutate()}>
          {running ? "Verifying" : "Verify the whole log"}
        </Button>
      }
    >
      <div className="stack">
        <p className="muted">
          Recomputes every leaf, every hash and every projection, and holds them against the newest checkpoint.
        </p>
        {running && <JobProgress job={job} label="Verification" one="entry" many="entries" />}
        {job?.state === "failed" && (
          <Note tone="bad" title="The verification did not come to its end">
            {job.failure}. Begin it again; if it stays, look into the server&apos;s journal.
          </Note>
        )}
        {last && !running && (
          <Note tone={last.intact ? "good" : "bad"} title={last.intact ? "The log verifies" : "The log does not verify"}>
            {last.intact ? (
              `All ${count(last.entries, "entry is", "entries are")} what was committed.`
            ) : (
              <Findings findings={last.findings} />
            )}
          </Note>
        )}
        <details>
          <summary>Hold it against a checkpoint kept elsewhere</summary>
          <AreaField
            label="Checkpoint"
            hint="The whole text of the file, signature included."
            rows={6}
            className="mono"
            value={kept}
            onChange={(event) => setKept(event.target.value)}
          />
        </details>
      </div>
    </Panel>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Findings({ findings }: { findings: string[] }) {
  return (
    <ul>
      {findings.map((finding) => (
        <li key={finding}>{finding}</li>
      ))}
    </ul>
  );
}

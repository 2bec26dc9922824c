import { useQuery } from "@tanstack/react-query";
import { Download, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { proofQuery } from "../../api/log";
import type { Entry } from "../../api/types";
import { Button } from "../../ui/Button";
import { Copy } from "../../ui/Copy";
import { Failed, Note, Skeleton } from "../../ui/States";
import css from "./Log.module.css";

/** The proof that this entry stands in the log, for somebody who trusts nobody here. */
export function Proof({ entry }: { entry: Entry }) {
  const [wanted, setWanted] = useState(false);
  const proof = useQuery({ ...proofQuery(entry.event), enabled: wanted });
  const save = () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(proof.data, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `proof-${entry.index}.json`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className={css.section}>
      <h3>Proof</h3>
      {!wanted && (
        <>
          <p className="muted">That this entry stands unchanged in the log can be shown to a third party (RFC 6962).</p>
          <div>
            <Button size="s" icon={ShieldCheck} onClick={() => setWanted(true)}>
              Show the proof
            </Button>
          </div>
        </>
      )}
      {wanted && proof.isPending && <Skeleton rows={3} />}
      {proof.isError && <Failed error={proof.error} retry={() => void proof.refetch()} />}
      {proof.data && (
        <>
          <Note>The proof contains the entry itself: hand it only to somebody who may read it.</Note>
          <p className="small muted">Leaf {proof.data.index}</p>
          <Copy label="Leaf" text={proof.data.leaf} />
          <p className="small muted">Inclusion proof, {proof.data.proof.length} hashes from the leaf upwards</p>
          {proof.data.proof.length > 0 && <Copy label="Inclusion proof" text={proof.data.proof.join("\n")} />}
          <p className="small muted">Signed checkpoint</p>
          <Copy label="Checkpoint" text={proof.data.checkpoint} />
          <div>
            <Button size="s" icon={Download} onClick={save}>
              Save as a file
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

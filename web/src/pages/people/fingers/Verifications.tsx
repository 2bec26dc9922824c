import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import { printUrl } from "../../../api/client";
import { verificationsQuery } from "../../../api/fingers";
import type { FingerVerification } from "../../../api/types";
import { OutcomeBadge } from "../../../passage/Badges";
import { fingerLine, scoreLine } from "../../../passage/finger";
import { Badge } from "../../../ui/Badge";
import { MoreRows } from "../../../ui/MoreRows";
import { Panel } from "../../../ui/Panel";
import { Picture } from "../../../ui/Picture";
import { Failed } from "../../../ui/States";
import { Time } from "../../../ui/Time";
import { fingerResults, reasons } from "../../../words";
import css from "./Fingers.module.css";

/** What a person's fingers were compared with, newest first; nothing until there is something. */
export function Verifications({ person }: { person: string }) {
  const list = useInfiniteQuery(verificationsQuery(person));
  const rows = list.data?.pages.flatMap((page) => page.verifications) ?? [];
  if (!list.isError && rows.length === 0 && !list.hasNextPage) return null;
  return (
    <Panel title="Finger verifications" flush>
      {list.isError ? (
        <Failed error={list.error} retry={() => void list.refetch()} />
      ) : (
        <ul>
          {rows.map((row) => (
            <Verification key={row.event} row={row} />
          ))}
        </ul>
      )}
      <MoreRows more={list.hasNextPage} busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </Panel>
  );
}

function Verification({ row }: { row: FingerVerification }) {
  const { fingerprint } = row;
  const score = scoreLine(fingerprint);
  const why =
    row.reasons.length > 0 ? row.reasons.map((reason) => reasons[reason]).join("; ") : fingerResults[fingerprint.result];
  return (
    <li className={css.verification}>
      <div className={css.print}>
        <Picture src={printUrl(fingerprint.picture)} alt="The press" none="" fit="contain" />
      </div>
      <div>
        <p>
          <Link to="/log" search={{ event: row.event }}>
            <Time at={row.at} show="full" />
          </Link>{" "}
          · {row.access_point.name || "Removed access point"}
        </p>
        <p className="small muted">
          {why} · {fingerLine(fingerprint)}
        </p>
        {score !== null && <p className="small muted num">{score}</p>}
      </div>
      <span className="row">
        {row.duress === true && (
          <Badge tone="bad" icon={ShieldAlert}>
            Duress
          </Badge>
        )}
        <OutcomeBadge passage={row} />
      </span>
    </li>
  );
}

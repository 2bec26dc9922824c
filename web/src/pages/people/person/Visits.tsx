import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { DoorOpen, Download } from "lucide-react";
import { useState } from "react";
import { pictureUrl } from "../../../api/client";
import { visitsQuery } from "../../../api/people";
import { useMay } from "../../../api/session";
import type { Visit } from "../../../api/types";
import { Badge, type Tone } from "../../../ui/Badge";
import { Button, buttonClass } from "../../../ui/Button";
import { duration } from "../../../ui/format";
import { MoreRows } from "../../../ui/MoreRows";
import { Panel } from "../../../ui/Panel";
import { Picture } from "../../../ui/Picture";
import { Empty, Failed, Skeleton } from "../../../ui/States";
import { Time } from "../../../ui/Time";
import { visitStates } from "../../../words";
import { CloseVisit } from "../../log/CloseVisit";
import css from "./Person.module.css";

const tones: Record<Visit["state"], Tone> = {
  open: "good",
  closed: "neutral",
  exit_missing: "warn",
  closed_by_operator: "info",
  withdrawn: "neutral",
};

/** Visits, newest first, each with the pictures of its entry and exit. */
export function Visits({ id }: { id: string }) {
  const visits = useInfiniteQuery(visitsQuery(id));
  const rows = visits.data?.pages.flat() ?? [];
  return (
    <Panel
      title="Visits"
      flush
      aside={
        <a
          className={buttonClass("ghost", "s")}
          href={`/api/v1/visits.csv?person=${encodeURIComponent(id)}`}
          download="visits.csv"
        >
          <Download size={16} aria-hidden /> CSV
        </a>
      }
    >
      {visits.isError ? (
        <Failed error={visits.error} retry={() => void visits.refetch()} />
      ) : visits.isPending ? (
        <Skeleton rows={4} height={44} />
      ) : rows.length === 0 ? (
        <Empty icon={DoorOpen} title="No visits yet">
          An entry opens a visit, an exit closes it.
        </Empty>
      ) : (
        <ul>
          {rows.map((visit) => (
            <VisitRow key={visit.id} visit={visit} />
          ))}
        </ul>
      )}
      <MoreRows more={visits.hasNextPage} busy={visits.isFetchingNextPage} onMore={() => void visits.fetchNextPage()} />
    </Panel>
  );
}

function VisitRow({ visit }: { visit: Visit }) {
  const mayCorrect = useMay("operator");
  const [closing, setClosing] = useState(false);
  const minutes = visit.left_at ? (Date.parse(visit.left_at) - Date.parse(visit.entered_at)) / 60_000 : null;
  return (
    <li className={css.visit}>
      <span className={css.shots}>
        <Picture src={pictureUrl(visit.entry_picture)} alt="At the entry" none="none" />
        {visit.exit_picture && <Picture src={pictureUrl(visit.exit_picture)} alt="At the exit" none="none" />}
      </span>
      <div className={css.when}>
        <p>
          <Link to="/log" search={{ event: visit.entry }}>
            <Time at={visit.entered_at} show="full" seconds={false} />
          </Link>
          {" – "}
          {visit.left_at ? (
            visit.exit ? (
              <Link to="/log" search={{ event: visit.exit }}>
                <Time at={visit.left_at} show="full" seconds={false} />
              </Link>
            ) : (
              <Time at={visit.left_at} show="full" seconds={false} />
            )
          ) : (
            "now"
          )}
        </p>
        <p className="small muted">
          {visit.area.name || "Removed area"}
          {visit.entered_through && ` · in by ${visit.entered_through.name || "a removed access point"}`}
          {visit.left_through &&
            ` · ${visit.inside ? "last seen at" : "out by"} ${visit.left_through.name || "a removed access point"}`}
          {minutes !== null && ` · ${duration(minutes)}`}
        </p>
      </div>
      <Badge tone={tones[visit.state]}>
        {visit.state === "open" && !visit.inside ? "Day not closed" : visitStates[visit.state]}
      </Badge>
      {mayCorrect && (visit.state === "open" || visit.state === "exit_missing") && (
        <Button size="s" onClick={() => setClosing(true)}>
          Close visit
        </Button>
      )}
      {closing && <CloseVisit visit={visit} onClose={() => setClosing(false)} />}
    </li>
  );
}

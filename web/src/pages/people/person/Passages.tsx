import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Footprints } from "lucide-react";
import { logQuery } from "../../../api/log";
import { PassageRow } from "../../../passage/PassageRow";
import { Panel } from "../../../ui/Panel";
import { Empty, Failed, Skeleton } from "../../../ui/States";
import css from "./Person.module.css";

const shown = 6;

/** The last passages of the person, with pictures; the log has them all. */
export function Passages({ id }: { id: string }) {
  const navigate = useNavigate();
  const log = useInfiniteQuery(logQuery({ person: id, kind: "access" }));
  const entries = log.data?.pages[0]?.entries.slice(0, shown) ?? [];
  return (
    <Panel
      title="Last passages"
      flush
      aside={
        <Link to="/log" search={{ person: id }}>
          All in the log
        </Link>
      }
    >
      {log.isError ? (
        <Failed error={log.error} retry={() => void log.refetch()} />
      ) : log.isPending ? (
        <Skeleton rows={3} height={40} />
      ) : entries.length === 0 ? (
        <Empty icon={Footprints} title="No passage yet" />
      ) : (
        <ul className={css.passages}>
          {entries.map(
            (entry) =>
              entry.record.kind === "access" && (
                <li key={entry.event}>
                  <PassageRow
                    passage={entry.record.passage}
                    onOpen={(passage) => void navigate({ to: "/log", search: { event: passage.event } })}
                  />
                </li>
              ),
          )}
        </ul>
      )}
    </Panel>
  );
}

import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { BookOpenText, FileCog, FileX2, Info, PencilLine } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { pictureUrl } from "../../api/client";
import type { Entry, LogPage } from "../../api/types";
import { DirectionBadge, OutcomeBadge, Remarks } from "../../passage/Badges";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import { Picture } from "../../ui/Picture";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { Time } from "../../ui/Time";
import { authorName, describe } from "./describe";
import css from "./Log.module.css";

interface LogListProps {
  log: UseInfiniteQueryResult<InfiniteData<LogPage>>;
  onOpen: (event: string) => void;
  filtered: boolean;
  onClear: () => void;
}

const rowHeight = 62;

/** Entries, only those in sight in the page; older ones are fetched by index as one scrolls. */
export function LogList({ log, onOpen, filtered, onClear }: LogListProps) {
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  if (log.isError) return <Failed error={log.error} retry={() => void log.refetch()} />;
  return (
    <Panel flush label="Entries of the log">
      {log.isPending ? (
        <Skeleton rows={10} height={34} />
      ) : entries.length === 0 ? (
        <Empty
          icon={BookOpenText}
          title={filtered ? "No entry fits these filters" : "The log is empty"}
          action={filtered && <Button onClick={onClear}>Clear filters</Button>}
        >
          {filtered ? "Take one away, or widen the time." : "Passages and what users do appear here."}
        </Empty>
      ) : (
        <Rows
          entries={entries}
          more={log.hasNextPage}
          busy={log.isFetchingNextPage}
          onMore={() => void log.fetchNextPage()}
          onOpen={onOpen}
        />
      )}
    </Panel>
  );
}

interface RowsProps {
  entries: Entry[];
  more: boolean;
  busy: boolean;
  onMore: () => void;
  onOpen: (event: string) => void;
}

function Rows({ entries, more, busy, onMore, onOpen }: RowsProps) {
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const rows = useWindowVirtualizer({ count: entries.length, estimateSize: () => rowHeight, overscan: 8, scrollMargin: top });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !busy && last >= entries.length - 20) onMore();
  }, [more, busy, last, entries.length, onMore]);
  return (
    <div ref={list} className={css.list} style={{ height: rows.getTotalSize() }} role="list">
      {shown.map((row) => {
        const entry = entries[row.index];
        return (
          entry && (
            <div
              key={entry.event}
              role="listitem"
              className={css.slot}
              style={{ height: row.size, transform: `translateY(${row.start - top}px)` }}
            >
              <EntryRow entry={entry} onOpen={onOpen} />
            </div>
          )
        );
      })}
    </div>
  );
}

const icons = { act: FileCog, correction: PencilLine, notice: Info, unreadable: FileX2 };

function EntryRow({ entry, onOpen }: { entry: Entry; onOpen: (event: string) => void }) {
  const { title, about } = describe(entry);
  const { record } = entry;
  const Icon = record.kind === "access" ? null : icons[record.kind];
  return (
    <button type="button" className={css.row} onClick={() => onOpen(entry.event)}>
      <span className={css.shot}>
        {Icon ? (
          <Icon size={18} aria-hidden />
        ) : record.kind === "access" && record.passage.picture ? (
          <Picture src={pictureUrl(record.passage.picture)} alt="" />
        ) : (
          <span className="small">–</span>
        )}
      </span>
      <span className={css.what}>
        <span className={css.title}>{title}</span>
        <span className={css.sub}>
          {about || authorName(entry.author)} · <Time at={entry.occurred_at} show="ago" />
        </span>
      </span>
      <span className={`${css.where} ${css.sub}`}>
        {record.kind === "access" ? record.passage.devices.map((device) => device.name).join(", ") : authorName(entry.author)}
      </span>
      <span className={css.badges}>
        {record.kind === "access" ? (
          <>
            <span className={css.remarks}>
              <Remarks passage={record.passage} />
            </span>
            <DirectionBadge direction={record.passage.access_point.direction} />
            <OutcomeBadge passage={record.passage} />
          </>
        ) : (
          <Badge>{{ act: "Act", correction: "Correction", notice: "Notice", unreadable: "Unreadable" }[record.kind]}</Badge>
        )}
      </span>
      <span className={css.time}>
        <span className={css.title}>
          <Time at={entry.occurred_at} />
        </span>
        <span className={css.sub}>entry {entry.index}</span>
      </span>
    </button>
  );
}

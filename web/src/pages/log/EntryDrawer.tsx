import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { entryQuery } from "../../api/log";
import type { Entry } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { count, instantToSiteTime } from "../../ui/format";
import { Facts } from "../../ui/Panel";
import { Failed, Skeleton } from "../../ui/States";
import { Time, useZone } from "../../ui/Time";
import { authorName, describe } from "./describe";
import { PassageDetail } from "./PassageDetail";
import { Proof } from "./Proof";
import css from "./Log.module.css";

interface DrawerProps {
  event: string;
  onOpen: (event: string) => void;
  onClose: () => void;
}

/** Everything that is known of one entry. */
export function EntryDrawer({ event, onOpen, onClose }: DrawerProps) {
  const entry = useQuery(entryQuery(event));
  return (
    <Dialog
      open
      onClose={onClose}
      kind="side"
      title={entry.data ? describe(entry.data).title : "Entry"}
      about={entry.data && <>Entry {entry.data.index} of the log</>}
    >
      {entry.isError ? (
        <Failed error={entry.error} retry={() => void entry.refetch()} />
      ) : entry.data ? (
        <Body entry={entry.data} onOpen={onOpen} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Dialog>
  );
}

function Body({ entry, onOpen }: { entry: Entry; onOpen: (event: string) => void }) {
  const { record } = entry;
  return (
    <>
      {record.kind === "access" ? <PassageDetail passage={record.passage} /> : <Written entry={entry} onOpen={onOpen} />}
      {entry.corrected_by.length > 0 && (
        <div className={css.section}>
          <h3>Corrected by</h3>
          {entry.corrected_by.map((event) => (
            <CorrectionLink key={event} event={event} onOpen={onOpen} />
          ))}
        </div>
      )}
      <Proof entry={entry} />
    </>
  );
}

function CorrectionLink({ event, onOpen }: { event: string; onOpen: (event: string) => void }) {
  const correction = useQuery(entryQuery(event)).data;
  if (!correction || correction.record.kind !== "correction") return null;
  const { title, about } = describe(correction);
  return (
    <p>
      <a
        href={`/log?event=${event}`}
        onClick={(click) => {
          click.preventDefault();
          onOpen(event);
        }}
      >
        {title}
      </a>{" "}
      <span className="muted">
        {about} · {authorName(correction.author)}, <Time at={correction.written_at} show="exact" />: “
        {correction.record.correction.reason}”
      </span>
    </p>
  );
}

type Card = Extract<Extract<Entry["record"], { kind: "notice" }>["notice"], { notice: "card_imported" }>;

/** The time of an imported card's passages, and the way to those that would have been denied. */
function Imported({ card }: { card: Card }) {
  const zone = useZone();
  // The filter counts minutes and leaves the last one out.
  const until = Date.parse(card.until) + 60_000;
  const span = { from: instantToSiteTime(card.from, zone), until: instantToSiteTime(until, zone) };
  return (
    <>
      <Time at={card.from} show="exact" /> to <Time at={card.until} show="exact" />
      {card.denied > 0 && (
        <>
          {" · "}
          <Link to="/log" search={{ ...span, outcome: "denied" }}>
            {count(card.denied, "denied passage", "denied passages")}
          </Link>
        </>
      )}
    </>
  );
}

/** An act, a correction or a notice. */
function Written({ entry, onOpen }: { entry: Entry; onOpen: (event: string) => void }) {
  const { title, about } = describe(entry);
  const { record } = entry;
  const items: [string, React.ReactNode][] = [["What", title]];
  if (about) items.push(["About", about]);
  if (record.kind === "correction") items.push(["Reason", record.correction.reason]);
  if (record.kind === "correction" && "at" in record.correction)
    items.push(["When it happened", <Time key="at" at={record.correction.at} show="exact" />]);
  if (record.kind === "correction" && record.correction.correction === "not_this_person") {
    const { event } = record.correction;
    items.push([
      "Corrects",
      <a
        key="event"
        href={`/log?event=${event}`}
        onClick={(click) => {
          click.preventDefault();
          onOpen(event);
        }}
      >
        the original entry
      </a>,
    ]);
  }
  if (record.kind === "notice" && record.notice.notice === "card_imported")
    items.push(["Passages", <Imported key="card" card={record.notice} />]);
  items.push(["Written by", authorName(entry.author)], ["Written", <Time key="written" at={entry.written_at} show="exact" />]);
  return <Facts items={items} />;
}

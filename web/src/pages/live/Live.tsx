import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { DoorOpen, Maximize, Radio, UserCheck, UsersRound } from "lucide-react";
import { useMay, useSession } from "../../api/session";
import type { Passage } from "../../api/types";
import { useLiveState } from "../../live/house";
import type { LiveSnapshot } from "../../live/wire";
import { PassageRow } from "../../passage/PassageRow";
import { Locks } from "../../passage/Locks";
import { passageSentence } from "../../passage/name";
import { Button, buttonClass } from "../../ui/Button";
import { Page, Panel, Stat } from "../../ui/Panel";
import { Empty, Skeleton } from "../../ui/States";
import { useWakeLock } from "../../ui/wakeLock";
import { Alerts } from "./Alerts";
import { Cameras } from "./Cameras";
import { Inside } from "./Inside";
import { LastPassage } from "./LastPassage";
import css from "./Live.module.css";

/** The desk: what happens now. */
export function Live() {
  const { kiosk } = useSearch({ from: "/house/live" });
  const { snapshot } = useLiveState();
  const navigate = useNavigate();
  useWakeLock(true);
  const toggle = (
    <Button icon={Maximize} variant="ghost" onClick={() => void navigate({ to: "/live", search: { kiosk: 1 } })}>
      Kiosk view
    </Button>
  );
  return (
    <Page title="Live" width="full" bare={kiosk === 1} actions={toggle}>
      {snapshot ? <Console snapshot={snapshot} /> : <Loading />}
    </Page>
  );
}

function Console({ snapshot }: { snapshot: LiveSnapshot }) {
  const navigate = useNavigate();
  const mayRead = useMay("auditor");
  const open = mayRead ? (passage: Passage) => void navigate({ to: "/log", search: { event: passage.event } }) : undefined;
  return (
    <div className={css.console}>
      <p className="visually-hidden" role="status" aria-live="polite">
        {snapshot.last ? passageSentence(snapshot.last) : ""}
      </p>
      <div className={css.main}>
        {snapshot.last ? <LastPassage passage={snapshot.last} /> : <NothingYet />}
        <div className={css.cameras}>
          <Cameras cameras={snapshot.cameras} />
        </div>
        <Panel title="Feed" flush className={css.feedPanel} aside={mayRead && <Link to="/log">Whole log</Link>}>
          {snapshot.feed.length === 0 ? (
            <Empty icon={Radio} title="Nothing has happened yet">
              Passages appear here the moment they are committed.
            </Empty>
          ) : (
            <ul className={css.feed}>
              {snapshot.feed.map((passage) => (
                <li key={passage.event}>
                  <PassageRow passage={passage} {...(open ? { onOpen: open } : {})} />
                </li>
              ))}
            </ul>
          )}
        </Panel>
      </div>
      <aside className={css.aside} aria-label="Now">
        <div className={css.stats}>
          <Stat label="Inside now" value={snapshot.inside.total} icon={<UsersRound size={15} aria-hidden />} />
          <Stat label="Entries today" value={snapshot.entries_today} icon={<DoorOpen size={15} aria-hidden />} />
        </div>
        <div className={css.alerts}>
          <Locks />
          <Alerts alerts={snapshot.alerts} />
        </div>
        <div className={css.inside}>
          <Inside inside={snapshot.inside} />
        </div>
        <Panel title="Last arrivals" flush className={css.arrivalsPanel}>
          {snapshot.arrivals.length === 0 ? (
            <Empty compact icon={UserCheck} title="Nobody has arrived yet" />
          ) : (
            <ul className={css.arrivals}>
              {snapshot.arrivals.slice(0, 8).map((passage) => (
                <li key={passage.event}>
                  <PassageRow passage={passage} compact {...(open ? { onOpen: open } : {})} />
                </li>
              ))}
            </ul>
          )}
        </Panel>
      </aside>
    </div>
  );
}

function NothingYet() {
  const { setup } = useSession();
  const mayAdd = useMay("operator");
  const isAdmin = useMay("admin");
  const unfinished = !setup.has_access_point || !setup.has_person;
  return (
    <Panel>
      <Empty
        icon={DoorOpen}
        title="Waiting for the first passage"
        action={
          isAdmin && unfinished ? (
            <Link to="/guide" className={buttonClass("primary")}>
              Open the guide
            </Link>
          ) : (
            mayAdd &&
            !setup.has_person && (
              <Link to="/people" className={buttonClass("primary")}>
                Add a person
              </Link>
            )
          )
        }
      >
        {unfinished
          ? "An access point, a camera or gate, and somebody enrolled are needed first."
          : "Everything is set up: the next person at an access point appears here, large."}
      </Empty>
    </Panel>
  );
}

function Loading() {
  return (
    <div className={css.console}>
      <div className={css.main}>
        <Panel>
          <Skeleton rows={6} height={30} />
        </Panel>
        <Panel>
          <Skeleton rows={8} />
        </Panel>
      </div>
      <div className={css.aside}>
        <Panel>
          <Skeleton rows={5} />
        </Panel>
      </div>
    </div>
  );
}

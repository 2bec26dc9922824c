import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Cctv, Check, ScanFace, UserX } from "lucide-react";
import { useState } from "react";
import { dayTableQuery } from "../../api/attendance";
import { pictureUrl } from "../../api/client";
import { rollCallFace, rollCallQuery, useCallRoll, useEndRollCall } from "../../api/rollCall";
import type { PersonBrief, RollCall as Called } from "../../api/types";
import { useLiveState } from "../../live/house";
import type { LiveCamera } from "../../live/wire";
import { Alike } from "../../passage/Alike";
import { Button, buttonClass } from "../../ui/Button";
import { SelectField } from "../../ui/Field";
import { count, isoDay } from "../../ui/format";
import { useNow } from "../../ui/now";
import { Page, Panel } from "../../ui/Panel";
import { Face, Picture } from "../../ui/Picture";
import { Progress } from "../../ui/Progress";
import { SearchField } from "../../ui/SearchField";
import { Empty, Failed, Note, Skeleton } from "../../ui/States";
import { Time, useZone } from "../../ui/Time";
import css from "./RollCall.module.css";

/** Who of a class is in the room that a camera looks at. */
export function RollCall() {
  const { snapshot } = useLiveState();
  const cameras = snapshot?.cameras.filter((camera) => !camera.disabled);
  return (
    <Page title="Roll call" about="A camera looks at the room for a minute. What it sees is logged as ever.">
      {!cameras ? (
        <Skeleton rows={5} />
      ) : cameras.length === 0 ? (
        <Panel>
          <Empty icon={Cctv} title="No camera yet" action={<OpenStation />}>
            A roll is called before a camera that looks at the room: a browser with a webcam, or a camera with an address.
          </Empty>
        </Panel>
      ) : (
        <Room cameras={cameras} />
      )}
    </Page>
  );
}

function OpenStation() {
  return (
    <Link to="/station" className={buttonClass()}>
      Make this browser a camera station
    </Link>
  );
}

function Room({ cameras }: { cameras: LiveCamera[] }) {
  const search = useSearch({ from: "/house/attendance/roll-call" });
  const navigate = useNavigate({ from: "/attendance/roll-call" });
  const camera = cameras.find((one) => one.device === search.camera) ?? cameras[0];
  const everybody = useEverybody();
  const classes = [...new Set(everybody?.map((person) => person.department).filter(Boolean))].sort();
  if (!camera) return null;
  const expected = everybody?.filter((person) => search.of === undefined || person.department === search.of);
  return (
    <div className="stack">
      <Panel label="What to call">
        <div className={css.choice}>
          <SelectField
            label="Room"
            value={camera.device}
            onChange={(event) => void navigate({ search: (before) => ({ ...before, camera: event.target.value }) })}
          >
            {cameras.map((one) => (
              <option key={one.device} value={one.device}>
                {one.name} · {one.access_point.name}
              </option>
            ))}
          </SelectField>
          <SelectField
            label="Department or class"
            value={search.of ?? ""}
            onChange={(event) =>
              void navigate({
                search: (before) => ({
                  ...(before.camera === undefined ? {} : { camera: before.camera }),
                  ...(event.target.value === "" ? {} : { of: event.target.value }),
                }),
              })
            }
          >
            <option value="">Everybody</option>
            {classes.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </SelectField>
        </div>
        {!camera.connected && <Note tone="warn">This camera is not connected: start it, then call the roll.</Note>}
        <Calling camera={camera} />
      </Panel>
      <Lists camera={camera.device} expected={expected} />
    </div>
  );
}

/** Everybody in the registry, as the day table has them. */
function useEverybody(): PersonBrief[] | undefined {
  const today = isoDay(new Date(useNow(60_000)), useZone());
  return useQuery(dayTableQuery(today)).data?.rows.map((row) => row.person);
}

/** Begins a roll call, shows how far it is, and marks it done. */
function Calling({ camera }: { camera: LiveCamera }) {
  const called = useQuery(rollCallQuery(camera.device)).data;
  const begin = useCallRoll();
  const end = useEndRollCall();
  const failed = begin.error ?? end.error;
  return (
    <div className={css.calling}>
      {called?.over === false ? (
        <>
          <Progress value={called.seconds / called.of_seconds} label="Roll call" />
          <span role="status">
            {called.looks === 0
              ? "No picture was looked at yet."
              : `${count(called.looks, "picture", "pictures")} looked at, ${called.present.length} present.`}
          </span>
          <Button variant="primary" icon={Check} busy={end.isPending} onClick={() => end.mutate(camera.device)}>
            Done
          </Button>
        </>
      ) : (
        <>
          {called && (
            <span role="status">
              Called <Time at={called.begun_at} show="full" seconds={false} />, done. {called.present.length} present.
            </span>
          )}
          <Button variant="primary" icon={ScanFace} busy={begin.isPending} onClick={() => begin.mutate(camera.device)}>
            {called ? "Call again" : "Call the roll"}
          </Button>
        </>
      )}
      {failed && <Failed error={failed} />}
    </div>
  );
}

function Lists({ camera, expected }: { camera: string; expected: PersonBrief[] | undefined }) {
  const called = useQuery(rollCallQuery(camera));
  if (called.isError) return <Failed error={called.error} retry={() => void called.refetch()} />;
  if (called.isPending || !expected) return <Skeleton rows={6} />;
  if (called.data === null) {
    return (
      <Panel>
        <Empty icon={ScanFace} title="No roll was called here yet">
          Everybody looks towards the camera for a minute. Who is there, who is missing and whom nobody knows is listed here while
          it goes on.
        </Empty>
      </Panel>
    );
  }
  return (
    <>
      <Present camera={camera} called={called.data} />
      <Missing called={called.data} expected={expected} />
      <Others camera={camera} called={called.data} />
    </>
  );
}

function Present({ camera, called }: { camera: string; called: Called }) {
  return (
    <Panel title={`Present (${called.present.length})`}>
      {called.present.length === 0 && <Empty compact icon={ScanFace} title="Nobody was recognised yet" />}
      <ul className={css.grid} aria-label="Present">
        {called.present.map(({ person, face }) => (
          <li key={person.id} className={css.card}>
            <div className={css.pair}>
              <Picture src={pictureUrl(person.photo)} alt={`Registered photograph of ${person.name}`} none="No photograph" />
              <Picture src={rollCallFace(camera, called, face)} alt={`${person.name} in the room`} />
            </div>
            <Link to="/people/$id" params={{ id: person.id }}>
              {person.deleted ? "A deleted person" : person.name}
            </Link>
            <span className="muted small">{[person.number, person.department].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Missing({ called, expected }: { called: Called; expected: PersonBrief[] }) {
  const [text, setText] = useState("");
  const there = new Set(called.present.map(({ person }) => person.id));
  const missing = expected.filter((person) => !there.has(person.id));
  const wanted = text.trim().toLocaleLowerCase();
  const fits = ({ name, number }: PersonBrief) => `${name} ${number}`.toLocaleLowerCase().includes(wanted);
  const shown = missing.filter(fits);
  return (
    <Panel title={`Missing (${missing.length} of ${expected.length})`}>
      {missing.length > 8 && <SearchField label="Name or number" value={text} onChange={setText} />}
      {shown.length === 0 && (
        <Empty compact icon={UserX} title={missing.length === 0 ? "Nobody is missing" : "Nobody missing fits this search"} />
      )}
      <ul className={css.rows} aria-label="Missing">
        {shown.map((person) => (
          <li key={person.id}>
            <Face src={pictureUrl(person.photo)} name={person.name} />
            <Link to="/people/$id" params={{ id: person.id }}>
              {person.name}
            </Link>
            <span className="muted small">{[person.number, person.department].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Others({ camera, called }: { camera: string; called: Called }) {
  if (called.others.length === 0) return null;
  return (
    <Panel
      title={`Not recognised (${called.others.length})`}
      aside={
        <Link to="/people" search={{ view: "strangers" }}>
          Strangers
        </Link>
      }
    >
      <ul className={css.grid} aria-label="Not recognised">
        {called.others.map(({ face, unknown, one_of }) => (
          <li key={face} className={css.card}>
            <Picture src={rollCallFace(camera, called, face)} alt="A face that was not recognised" className={css.face} />
            <span className="muted small">
              {one_of ? <Alike people={one_of} /> : unknown ? "Like nobody who is enrolled" : "Not seen well enough yet"}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

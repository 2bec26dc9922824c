import type { UseMutationResult } from "@tanstack/react-query";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Fingerprint, ImagePlus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Problem } from "../../../api/client";
import { sensorsQuery } from "../../../api/fingers";
import type { Enrolment, PersonBrief, Press } from "../../../api/types";
import { personName } from "../../../passage/name";
import { Button } from "../../../ui/Button";
import { cx } from "../../../ui/cx";
import { Progress } from "../../../ui/Progress";
import { Failed, Note } from "../../../ui/States";
import { fingerPositions, pressAdvice } from "../../../words";
import { pictureTypes } from "./pictures";
import { isUnclear, type Presses, type Refused } from "./presses";
import { Quality } from "./Quality";
import { files, Source, sourceOf, type Chosen } from "./Source";
import type { PressSource } from "./useEnrolment";
import css from "./Fingers.module.css";

interface PressingProps {
  presses: Presses;
  press: UseMutationResult<void, Error, PressSource, unknown>;
  chosen: Chosen;
  onChosen: (chosen: Chosen) => void;
  onAnew: () => void;
}

/** The presses of an enrolment: what was taken, what was not and why, and the next one. */
export function Pressing({ presses, press, chosen, onChosen, onAnew }: PressingProps) {
  const { enrolment, taken, refused, beganAnew } = presses;
  const slots = Array.from({ length: enrolment.needed }, (_, i) => taken[i] ?? null);
  return (
    <>
      <ol className={css.slots} aria-label="Presses that were taken">
        {slots.map((one, i) => (
          <Slot key={i} number={i + 1} press={one} next={i === taken.length} />
        ))}
      </ol>
      <div className={css.told} role="status">
        {enrolment.complete && (
          <Note tone="good" title="All presses match one another">
            Finish to let this finger open.
          </Note>
        )}
        {beganAnew && (
          <Note tone="warn" title="Begin again with the first press">
            The presses that were taken did not fit those that came after. Use one finger for all three.
          </Note>
        )}
        {refused.map((one, i) => (
          <NotTaken key={i} refused={one} />
        ))}
      </div>
      {enrolment.belongs_to && <Belongs enrolment={enrolment} owner={enrolment.belongs_to} />}
      {press.isError && <Trouble error={press.error} onAnew={onAnew} />}
      {!enrolment.complete && <Next presses={presses} press={press} chosen={chosen} onChosen={onChosen} />}
    </>
  );
}

function Slot({ number, press, next }: { number: number; press: Press | null; next: boolean }) {
  return (
    <li className={css.slot}>
      <div className={cx(css.print, !press && css.waiting, next && css.next)}>
        {press ? <img src={press.picture} alt={`Press ${number}`} /> : <Fingerprint size={34} aria-hidden />}
      </div>
      {press ? (
        <>
          <p className={css.fine}>
            <CircleCheck size={14} aria-hidden /> Press {number} taken
          </p>
          {typeof press.quality === "number" && <Quality value={press.quality} />}
        </>
      ) : (
        <p className="small muted">Press {number}</p>
      )}
    </li>
  );
}

function NotTaken({ refused: { name, press } }: { refused: Refused }) {
  return (
    <div className={css.refused}>
      <div className={css.print}>
        <img src={press.picture} alt={name === null ? "The press that was not taken" : `The press of ${name}`} />
      </div>
      <div className={css.why}>
        <p className={css.advice}>
          {name !== null && <span className="muted">{name}: </span>}
          {press.advice ? pressAdvice[press.advice] : "Not taken"}
        </p>
        <p>{press.sentence}</p>
        {typeof press.quality === "number" && <Quality value={press.quality} unclear={isUnclear(press)} />}
      </div>
    </div>
  );
}

/** One finger cannot open for two people, nor count twice. */
function Belongs({ enrolment, owner }: { enrolment: Enrolment; owner: PersonBrief }) {
  const name = personName(owner);
  if (owner.id === enrolment.person.id)
    return (
      <Note tone="bad" title={`${name} has this finger enrolled already`}>
        It was enrolled as another finger. Press the {fingerPositions[enrolment.position].toLowerCase()}, or choose another
        finger.
      </Note>
    );
  return (
    <Note tone="bad" title={`This finger belongs to ${name}`}>
      Number {owner.number}.{" "}
      <Link to="/people/$id" params={{ id: owner.id }}>
        Open this person
      </Link>
      , or press a finger that is nobody&apos;s yet. One finger cannot be two people&apos;s.
    </Note>
  );
}

/** What went wrong with a press; what was taken before stays, unless the enrolment is gone. */
function Trouble({ error, onAnew }: { error: Error; onAnew: () => void }) {
  const gone = error instanceof Problem && error.status === 404;
  if (!gone) return <Failed error={error} />;
  return (
    <Note
      tone="bad"
      title="This enrolment has ended"
      action={
        <Button size="s" onClick={onAnew}>
          Begin again
        </Button>
      }
    >
      Nothing happened for ten minutes, or the server was started again. Nothing of it was kept.
    </Note>
  );
}

function Next({ presses, press, chosen, onChosen }: Omit<PressingProps, "onAnew">) {
  const sensors = useQuery(sensorsQuery).data ?? [];
  const input = useRef<HTMLInputElement>(null);
  const read = useRef<HTMLButtonElement>(null);
  // A button that waits cannot keep the keyboard: Enter is to read the next press.
  useEffect(() => {
    if (!press.isPending) read.current?.focus();
  }, [press.isPending]);
  const source = sourceOf(chosen, sensors);
  const number = presses.taken.length + 1;
  return (
    <div className={css.nextPress}>
      <Source chosen={chosen} onChange={onChosen} disabled={press.isPending} />
      {source === files ? (
        <Button variant="primary" size="l" icon={ImagePlus} busy={press.isPending} onClick={() => input.current?.click()}>
          {press.isPending ? "Looking" : "Choose pictures"}
        </Button>
      ) : (
        <Button
          variant="primary"
          size="l"
          icon={Fingerprint}
          ref={read}
          busy={press.isPending}
          onClick={() => press.mutate({ sensor: source.id })}
        >
          {press.isPending ? "Waiting for the finger" : `Read press ${number} of ${presses.enrolment.needed}`}
        </Button>
      )}
      {source === files && (
        <input
          ref={input}
          className="visually-hidden"
          tabIndex={-1}
          type="file"
          aria-label="Pictures of presses"
          accept={pictureTypes}
          multiple
          disabled={press.isPending}
          onChange={(event) => {
            press.mutate({ files: [...(event.target.files ?? [])], dpi: chosen.dpi });
            event.target.value = "";
          }}
        />
      )}
      {press.isPending && source !== files && <Waiting sensor={source.name} />}
      {!press.isPending && source !== files && number > 1 && (
        <p className="small muted">Lift the finger first, and put it down a little differently each time.</p>
      )}
    </div>
  );
}

/** When a sensor surely knows that a press is wanted, in milliseconds: it looks for fingers half a second at a time. */
const sensorListensAfter = 800;

/** A finger that is down before the sensor knows of the wish is taken for somebody who wants to enter. */
function Waiting({ sensor }: { sensor: string }) {
  const [listens, setListens] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setListens(true), sensorListensAfter);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={css.wait} role="status">
      <Progress label="Waiting for the finger" value={null} />
      {listens ? (
        <p>
          Put the finger on <strong>{sensor}</strong> now, flat and in the middle, and hold it still for four seconds. There are
          twenty.
        </p>
      ) : (
        <p>One moment: no finger on the sensor yet.</p>
      )}
    </div>
  );
}

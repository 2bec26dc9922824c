import { useQuery } from "@tanstack/react-query";
import { Fingerprint, ShieldAlert, Trash2 } from "lucide-react";
import { useState } from "react";
import { printUrl } from "../../../api/client";
import { fingersQuery, removeFinger } from "../../../api/fingers";
import { usePeopleChange } from "../../../api/people";
import { useMay } from "../../../api/session";
import type { Finger, Person } from "../../../api/types";
import { LockNote } from "../../../passage/LockNote";
import { Badge } from "../../../ui/Badge";
import { Button, IconButton } from "../../../ui/Button";
import { Confirm } from "../../../ui/Dialog";
import { Panel } from "../../../ui/Panel";
import { Picture } from "../../../ui/Picture";
import { Empty, Failed, Skeleton } from "../../../ui/States";
import { Time } from "../../../ui/Time";
import { said } from "../../../ui/Toasts";
import { fingerPositions } from "../../../words";
import { EnrolFinger } from "./EnrolFinger";
import { Quality } from "./Quality";
import { Verifications } from "./Verifications";
import css from "./Fingers.module.css";

/** The fingers of a person, with the picture and quality of each press, and what they were compared with. */
export function Fingers({ person }: { person: Person }) {
  const mayEdit = useMay("operator");
  const [enrolling, setEnrolling] = useState(false);
  const known = useQuery(fingersQuery(person.id));
  return (
    <>
      <Panel
        title="Fingers"
        aside={
          mayEdit &&
          known.data && (
            <Button size="s" icon={Fingerprint} onClick={() => setEnrolling(true)}>
              Enrol a finger
            </Button>
          )
        }
      >
        {known.isError ? (
          <Failed error={known.error} retry={() => void known.refetch()} />
        ) : known.isPending ? (
          <Skeleton rows={3} />
        ) : (
          <>
            {known.data.lock && (
              <div className={css.locked}>
                <LockNote lock={known.data.lock} />
              </div>
            )}
            {known.data.fingers.length === 0 ? (
              <Empty icon={Fingerprint} title="No finger is enrolled">
                Sensors whose pictures Gatebook compares know nobody without one. Classic gates compare fingers themselves and
                need none here.
              </Empty>
            ) : (
              <ul className={css.fingers}>
                {known.data.fingers.map((finger) => (
                  <FingerItem key={finger.id} finger={finger} person={person} />
                ))}
              </ul>
            )}
          </>
        )}
      </Panel>
      <Verifications person={person.id} />
      {enrolling && <EnrolFinger person={person} fingers={known.data?.fingers ?? []} onClose={() => setEnrolling(false)} />}
    </>
  );
}

function FingerItem({ finger, person }: { finger: Finger; person: Person }) {
  const mayEdit = useMay("operator");
  const [asking, setAsking] = useState(false);
  const remove = usePeopleChange(removeFinger);
  const name = fingerPositions[finger.position];
  const removeNow = async () => {
    await remove.mutateAsync({ person: person.id, finger: finger.id });
    said(`${name} of ${person.name} was removed`);
  };
  return (
    <li className={css.finger}>
      <div className={css.fingerHead}>
        <div>
          <h3>{name}</h3>
          <p className="small muted">
            Enrolled <Time at={finger.enrolled_at} show="ago" />
          </p>
        </div>
        <span className="row">
          {finger.duress === true && (
            <Badge tone="warn" icon={ShieldAlert} title="It opens like any other, and operators get a silent alert">
              Duress
            </Badge>
          )}
          {mayEdit && (
            <IconButton size="s" icon={Trash2} label={`Remove the ${name.toLowerCase()}`} onClick={() => setAsking(true)} />
          )}
        </span>
      </div>
      <ul className={css.impressions} aria-label="Presses">
        {finger.impressions.map((impression, i) => (
          <li key={i} className={css.slot}>
            <div className={css.print}>
              <Picture
                src={printUrl(impression.picture)}
                alt={`Press ${i + 1} of the ${name.toLowerCase()}`}
                none="Imported"
                fit="contain"
              />
            </div>
            <Quality value={impression.quality} />
          </li>
        ))}
      </ul>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Remove the ${name.toLowerCase()}?`}
        confirm="Remove"
        danger
        onConfirm={removeNow}
      >
        <p>
          Its templates and the pictures of its presses are removed at once: it opens nothing from now on. Other fingers stay.
        </p>
      </Confirm>
    </li>
  );
}

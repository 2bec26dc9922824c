import { Fingerprint } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Finger, FingerPosition, Person } from "../../../api/types";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { Check } from "../../../ui/Field";
import { Failed } from "../../../ui/States";
import { said } from "../../../ui/Toasts";
import { fingerPositions } from "../../../words";
import { Hands } from "./Hands";
import { Pressing } from "./Pressing";
import { Source, type Chosen } from "./Source";
import { useEnrolment } from "./useEnrolment";
import css from "./Fingers.module.css";

/** Enrols one finger: which one, then three presses; closing it leaves nothing. */
export function EnrolFinger({ person, fingers, onClose }: { person: Person; fingers: Finger[]; onClose: () => void }) {
  const [position, setPosition] = useState<FingerPosition | null>(null);
  const [duress, setDuress] = useState(false);
  const [chosen, setChosen] = useState<Chosen>({ sensor: null, dpi: 500 });
  const enrolment = useEnrolment(person.id);
  const { presses, begin, finish, giveUp } = enrolment;
  const start = () => position && begin.mutate({ position, duress });
  const keep = () =>
    presses &&
    finish.mutate(presses.enrolment.id, {
      onSuccess: () => {
        said(`${fingerPositions[presses.enrolment.position]} of ${person.name} is enrolled`, "It opens from now on.");
        onClose();
      },
    });
  // What was pressed last is gone then, and Enter goes on.
  const last = useRef<HTMLButtonElement>(null);
  const complete = presses?.enrolment.complete === true;
  useEffect(() => {
    if (complete) last.current?.focus();
  }, [complete]);
  return (
    <Dialog
      open
      onClose={onClose}
      width="l"
      title={presses ? `${fingerPositions[presses.enrolment.position]} of ${person.name}` : `Enrol a finger of ${person.name}`}
      about={
        presses
          ? "Nothing is kept before you finish. Closing leaves nothing behind."
          : "The same finger is pressed three times. It takes effect when you finish."
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {presses ? (
            <>
              <Button onClick={giveUp}>Another finger</Button>
              <Button ref={last} variant="primary" disabled={!presses.enrolment.complete} busy={finish.isPending} onClick={keep}>
                Finish
              </Button>
            </>
          ) : (
            <Button
              type="submit"
              form="begin-finger"
              variant="primary"
              icon={Fingerprint}
              disabled={position === null}
              busy={begin.isPending}
            >
              Begin
            </Button>
          )}
        </>
      }
    >
      {presses ? (
        <>
          <Pressing presses={presses} press={enrolment.press} chosen={chosen} onChosen={setChosen} onAnew={giveUp} />
          {finish.isError && <Failed error={finish.error} />}
        </>
      ) : (
        <form
          id="begin-finger"
          className={css.begin}
          onSubmit={(event) => {
            event.preventDefault();
            start();
          }}
        >
          <Hands value={position} onChange={setPosition} enrolled={fingers.map((finger) => finger.position)} />
          <div className="stack">
            <Source chosen={chosen} onChange={setChosen} />
            <Check
              label="Duress finger"
              hint="For somebody who is being forced: it opens and looks like any other, and only operators and administrators get an alert. Choose one that is not pressed by habit."
              checked={duress}
              onChange={(event) => setDuress(event.target.checked)}
            />
            {begin.isError && <Failed error={begin.error} />}
          </div>
        </form>
      )}
    </Dialog>
  );
}

import { useState } from "react";
import { LockOpen } from "lucide-react";
import { useLift } from "../api/fingers";
import { useMay } from "../api/session";
import type { FingerLock } from "../api/types";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Dialog";
import { count } from "../ui/format";
import { Note } from "../ui/States";
import { Time } from "../ui/Time";
import { said } from "../ui/Toasts";
import { personName } from "./name";

/** A lock-out in words, with the way to lift it for those who may. */
export function LockNote({ lock }: { lock: FingerLock }) {
  const mayLift = useMay("operator");
  const [asking, setAsking] = useState(false);
  const lift = useLift();
  const whose = lock.person
    ? `Fingers of ${personName(lock.person)}`
    : `Fingers at ${lock.access_point?.name || "a removed access point"}`;
  const subject = lock.person ? { person: lock.person.id } : lock.access_point && { access_point: lock.access_point.id };
  const liftNow = async () => {
    if (!subject) return;
    await lift.mutateAsync(subject);
    said("Lock-out lifted", `${whose} are compared again.`);
  };
  return (
    <>
      <Note
        tone="bad"
        title={`${whose} are locked`}
        action={
          mayLift &&
          subject && (
            <Button size="s" icon={LockOpen} onClick={() => setAsking(true)}>
              Lift
            </Button>
          )
        }
      >
        {count(lock.failures, "failure", "failures")} within ten minutes, since{" "}
        <Time at={lock.since} show="full" seconds={false} />.{" "}
        {mayLift ? "Look who it was, then lift it." : "An operator has to look and lift it."}
      </Note>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Lift the lock-out of the ${whose.charAt(0).toLowerCase()}${whose.slice(1)}?`}
        confirm="Lift the lock-out"
        onConfirm={liftNow}
      >
        <p>They are compared again from now on. It is written into the log with your name.</p>
      </Confirm>
    </>
  );
}

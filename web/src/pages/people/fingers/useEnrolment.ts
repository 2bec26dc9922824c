import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { beginEnrolment, cancelEnrolment, finishEnrolment, pressFromFile, pressOnSensor } from "../../../api/fingers";
import { Problem } from "../../../api/client";
import { usePeopleChange } from "../../../api/people";
import type { FingerPosition, Press } from "../../../api/types";
import { asRead } from "./pictures";
import { attempted, begun, isSettled, pressed, type Presses } from "./presses";

/** What goes wrong is told where one looks, not in a corner. */
const quietly = { onError: () => undefined };

/** The enrolment of one finger: begun, pressed, finished; ended when the page lets go of it. */
export function useEnrolment(person: string) {
  const [presses, setPresses] = useState<Presses | null>(null);
  const open = useRef<string | null>(null);
  const here = useRef(true);

  const drop = () => {
    if (open.current !== null) void cancelEnrolment(open.current);
    open.current = null;
  };
  useEffect(() => {
    here.current = true;
    window.addEventListener("pagehide", drop);
    return () => {
      here.current = false;
      window.removeEventListener("pagehide", drop);
      drop();
    };
  }, []);

  const begin = useMutation({
    ...quietly,
    mutationFn: async ({ position, duress }: { position: FingerPosition; duress: boolean }) => {
      const enrolment = await beginEnrolment(person, position, duress);
      // The dialog was closed meanwhile.
      if (!here.current) return void cancelEnrolment(enrolment.id);
      open.current = enrolment.id;
      setPresses(begun(enrolment));
    },
  });

  const took = (press: Press, name: string | null = null) => setPresses((before) => before && pressed(before, press, name));

  const press = useMutation({
    ...quietly,
    onMutate: () => setPresses((before) => before && attempted(before)),
    mutationFn: async (from: PressSource) => {
      const id = open.current;
      if (id === null || presses === null) return;
      if ("sensor" in from) return took(await pressOnSensor(id, from.sensor));
      for (const file of from.files) {
        const one = await pressFromFile(id, await asRead(file), file.name, from.dpi).catch((error: unknown) => {
          throw naming(file.name, error);
        });
        took(one, file.name);
        if (isSettled(one)) return;
      }
    },
  });

  const finish = usePeopleChange(async (id: string) => {
    await finishEnrolment(id);
    open.current = null;
  });

  /** Back to choosing a finger; what was pressed is given up. */
  const giveUp = () => {
    drop();
    begin.reset();
    press.reset();
    finish.reset();
    setPresses(null);
  };
  return { presses, begin, press, finish, giveUp };
}

export type PressSource = { sensor: string } | { files: File[]; dpi: number };

function naming(file: string, error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  return new Problem(error.status, `${file}: ${error.message}`, error.detail, error.field);
}

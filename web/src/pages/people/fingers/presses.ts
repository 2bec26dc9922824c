/** What an enrolment has come to, press by press. Pure. */
import type { Enrolment, Press } from "../../../api/types";

export interface Presses {
  enrolment: Enrolment;
  /** Those that were taken and still count, oldest first. */
  taken: Press[];
  /** Those of the last attempt that were not taken, with the name of their file. */
  refused: Refused[];
  /** Presses that were taken no longer count: too many that came after were of another finger. */
  beganAnew: boolean;
}

export interface Refused {
  name: string | null;
  press: Press;
}

export function begun(enrolment: Enrolment): Presses {
  return { enrolment, taken: [], refused: [], beganAnew: false };
}

/** A new attempt: what was refused before is no longer of interest. */
export function attempted(before: Presses): Presses {
  return { ...before, refused: [], beganAnew: false };
}

/** After one more press; the server says how many count. */
export function pressed(before: Presses, press: Press, name: string | null = null): Presses {
  const { enrolment } = press;
  const all = press.taken ? [...before.taken, press] : before.taken;
  const taken = enrolment.done === 0 ? [] : all.slice(-enrolment.done);
  const refused = press.taken ? before.refused : [...before.refused, { name, press }];
  return { enrolment, taken, refused, beganAnew: before.beganAnew || (before.taken.length > 0 && taken.length === 0) };
}

/** Whether a press was not taken because it is too unclear, for whatever reason. */
export function isUnclear({ advice }: Press): boolean {
  return advice === "unclear" || advice === "dry" || advice === "wet";
}

/** Whether there is no use in the rest of some files: enough was taken, or the finger is enrolled already. */
export function isSettled({ enrolment }: Press): boolean {
  return enrolment.complete || Boolean(enrolment.belongs_to);
}

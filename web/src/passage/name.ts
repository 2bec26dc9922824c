import type { Passage, PersonBrief } from "../api/types";

/** A person's name, also when little is left of it. */
export function personName(person: Pick<PersonBrief, "name" | "number" | "deleted">): string {
  if (person.deleted) return "Deleted person";
  return person.name || `Person ${person.number}`;
}

/** Whom a passage is about. */
export function passageName(passage: Passage): string {
  if (passage.person) return personName(passage.person);
  if (passage.reasons.includes("stranger")) return "Stranger";
  if (passage.reasons.includes("not_told_apart")) return "One of two people";
  if (passage.tag) return `Unknown tag ${passage.tag.tag}`;
  if (passage.fingerprint) return passage.fingerprint.result === "locked" ? "Locked finger" : "Unknown finger";
  if (passage.finger) return `Unknown number ${passage.finger}`;
  return "Nobody named";
}

/** A passage as a sentence, for screen readers. */
export function passageSentence(passage: Passage): string {
  const way = { entry: "entry", exit: "exit", both: "passage" }[passage.access_point.direction];
  return `${passageName(passage)}, ${way} at ${passage.access_point.name}, ${passage.outcome}${passage.taken === "not_taken" ? ", not taken" : ""}.`;
}

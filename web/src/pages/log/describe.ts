import type { Author, Entry } from "../../api/types";
import { passageName, personName } from "../../passage/name";
import { count } from "../../ui/format";
import { directions, spelled } from "../../words";

/** Acts in words that read better than their spelling. */
const acts: Record<string, string> = {
  site_founded: "Site founded",
  person_added: "Person added",
  person_changed: "Person changed",
  person_suspended: "Person suspended",
  person_activated: "Person activated",
  person_deleted: "Person deleted",
  face_enrolled: "Face enrolled",
  finger_enrolled: "Finger enrolled",
  fingers_unlocked: "Lock-out of fingers lifted",
  credential_removed: "Credential removed",
  stranger_forgotten: "Stranger erased",
  area_put: "Area set",
  access_point_put: "Access point set",
  gate_put: "Gate set",
  device_put: "Device set",
  user_put: "User set",
  token_made: "API token made",
  signed_in: "Signed in",
};

/** An entry in one line: what, and about whom or what. */
export function describe(entry: Entry): { title: string; about: string } {
  const { record } = entry;
  switch (record.kind) {
    case "access":
      return { title: passageName(record.passage), about: record.passage.access_point.name || "Removed access point" };
    case "act": {
      const { act, person, tag, about, note } = record.act;
      const who = [person && personName(person), tag && `tag ${tag}`, about?.name, note].filter(Boolean);
      return { title: acts[act] ?? spelled(act), about: who.join(" · ") };
    }
    case "correction":
      return correction(record.correction);
    case "notice":
      return notice(record.notice);
    case "unreadable":
      return { title: "This entry cannot be read", about: "Its row was damaged or changed: Integrity says which are" };
  }
}

type CorrectionRecord = Extract<Entry["record"], { kind: "correction" }>["correction"];
type NoticeRecord = Extract<Entry["record"], { kind: "notice" }>["notice"];

function correction(record: CorrectionRecord): { title: string; about: string } {
  switch (record.correction) {
    case "not_this_person":
      return {
        title: "Not this person",
        about: record.instead ? `It was ${personName(record.instead)}` : "Who it was is not known",
      };
    case "add_missed":
      return { title: `${directions[record.direction]} added: ${personName(record.person)}`, about: record.access_point.name };
    case "close_visit":
      return { title: "Visit closed", about: record.reason };
  }
}

function notice(record: NoticeRecord): { title: string; about: string } {
  switch (record.notice) {
    case "device_silent":
      return { title: "Device silent", about: record.device.name };
    case "part_lost":
      return { title: "Part of Gatebook not connected", about: record.part };
    case "card_imported":
      return {
        title: "Card's log imported",
        about: `${record.gate.name}: ${count(record.passages, "passage", "passages")}, ${record.denied} denied`,
      };
    case "visit_overdue":
      return { title: "Missing exit", about: personName(record.person) };
    case "fingers_locked":
      return {
        title: "Fingers locked",
        about: `${record.person ? personName(record.person) : (record.access_point?.name ?? "")}: ${count(record.failures, "failure", "failures")}`,
      };
    case "verification_failed":
      return { title: "The log does not verify", about: record.finding };
  }
}

/** Who wrote an entry. */
export function authorName(author: Author): string {
  switch (author.author) {
    case "system":
      return "Gatebook";
    case "console":
      return "The server's console";
    case "unknown":
      return "Not known";
    case "user":
      return author.name || "A removed user";
  }
}

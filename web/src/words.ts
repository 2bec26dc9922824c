/** The page's words for the closed lists that the API speaks in. One word per concept: GLOSSARY.md. */
import type {
  AlertKind,
  Comparison,
  CoveredPart,
  DayState,
  DeviceKind,
  Direction,
  EntryKind,
  Factor,
  FingerMode,
  FingerPosition,
  FingerResult,
  FingerSensor,
  IncidentKind,
  LivenessPolicy,
  NotEstablished,
  Outcome,
  PressAdvice,
  Prompt,
  Reason,
  Role,
  Rule,
  SpoofVerdict,
  Taken,
  UnresolvedReason,
} from "./api/types";
import type { components } from "./api/schema";

export const directions: Record<Direction, string> = { entry: "Entry", exit: "Exit", both: "Entry and exit" };

export const outcomes: Record<Outcome, string> = { granted: "Granted", denied: "Denied" };

export const takens: Record<Taken, string> = { taken: "Yes", not_taken: "No: not taken", unknown: "No device tells" };

export const factors: Record<Factor, string> = {
  tag: "Tag",
  finger: "Finger",
  face_match: "Face, compared with the person (1:1)",
  face: "Face, found among everybody (1:N)",
};

export const livenessPolicies: Record<LivenessPolicy, { label: string; about: string }> = {
  not_asked: { label: "Nothing is asked", about: "Events say that liveness is not established." },
  asked: { label: "Ask, and tell", about: "Who does not answer passes, and the event says so." },
  or_another_factor: { label: "Ask, or another factor", about: "Who does not answer needs a tag or a finger beside the face." },
  required: { label: "Required", about: "Who does not answer is denied." },
};

export const notEstablished: Record<NotEstablished, string> = {
  not_asked: "Nothing was asked",
  too_late: "What was asked for was not done in time",
  other_answer: "Something else was done than was asked for",
  out_of_sight: "The face went out of sight",
  another_face: "Another face came in its place",
  looks_like_a_picture: "It looks like a picture of a face",
};

export const spoofVerdicts: Record<SpoofVerdict, string> = {
  real: "Held to be real",
  picture: "Held to be a picture",
  not_enough_frames: "Not enough frames to say whether it is a picture",
};

export const coveredParts: Record<CoveredPart, string> = {
  eyes: "eyes",
  mouth: "mouth or nose",
  side: "one half",
  beyond_frame: "a part beyond the picture",
};

export const prompts: Record<Prompt, { text: string; back: string }> = {
  blink: { text: "Close your eyes for a second", back: "Open your eyes" },
  turn_left: { text: "Turn your head to your left", back: "Look at the camera again" },
  turn_right: { text: "Turn your head to your right", back: "Look at the camera again" },
};

export const rules: Record<Rule, string> = {
  reported_by_controller: "The controller had opened the door already and reported it; the verdict here is Gatebook's own.",
  factors_shown: "All factors this access point asks for were shown, and they name one person.",
  face_alone: "This access point asks for a face alone.",
  passage_not_completed: "A passage began with a finger or a picture, and no tag was taken.",
  nobody_named: "Nothing that was shown names a person.",
};

export const reasons: Record<Reason, string> = {
  person_unknown: "Nobody in the registry has this number or face",
  person_suspended: "The person is suspended",
  not_yet_valid: "The person is not valid yet",
  no_longer_valid: "The person's validity has ended",
  not_allowed_here: "The person is not allowed at this access point",
  tag_unknown: "The tag belongs to nobody",
  tag_not_issued: "The tag was returned and not issued since",
  tag_lost: "The tag was reported lost",
  tag_revoked: "The tag was revoked",
  tag_of_somebody_else: "The tag is in another person's custody",
  factors_disagree: "The factors name different persons",
  tag_missing: "A required tag was not shown",
  finger_missing: "A required finger was not shown",
  face_missing: "A required face was not shown or did not match",
  picture_shows_somebody_else: "The picture shows somebody else",
  picture_shows_no_face: "The picture shows no face",
  stranger: "A stranger: like nobody in the gallery",
  device_time_set_aside: "The device's time was empty or impossible and was set aside",
  not_completed: "The passage began and was not completed",
  finger_unknown: "The finger is like nobody's in the registry",
  finger_of_somebody_else: "The finger is not that of the tag's holder",
  fingers_locked: "Fingers are locked after failures, until an operator lifts it",
  liveness_not_established: "The face was not shown to be alive, which this access point requires",
  another_factor_needed: "The face was not shown to be alive, and no tag or finger came beside it",
  not_told_apart: "The face is like two people, who cannot be told apart",
  held_to_be_another: "The same face was held to be somebody else a moment before: correct that passage",
  looks_like_a_picture: "The face looks like a picture of one",
};

export const comparisons: Record<Comparison["result"], string> = {
  agrees: "The picture shows this person",
  disagrees: "The picture shows somebody else",
  no_face: "No face in the picture",
  not_compared: "Not compared: no face template to compare with",
  unreadable: "The picture could not be read",
};

export const alertKinds: Record<AlertKind, string> = {
  stranger: "Stranger",
  denied: "Denied",
  unknown_tag: "Unknown tag",
  picture_disagrees: "The picture shows somebody else",
  not_taken: "Passage not completed",
  exit_without_entry: "Exit without an entry",
  second_entry: "Second entry without an exit",
  missing_exit: "Missing exit",
  device_silent: "Device silent",
  part_lost: "Part of Gatebook not connected",
  card_imported: "Imported card with denied passages",
  verification_failed: "The log does not verify",
  duress: "Duress: a finger marked for it was pressed",
  fingers_locked: "Fingers locked after five failures",
  looks_like_a_picture: "A face that looks like a picture",
};

export const fingerPositions: Record<FingerPosition, string> = {
  right_thumb: "Right thumb",
  right_index: "Right index finger",
  right_middle: "Right middle finger",
  right_ring: "Right ring finger",
  right_little: "Right little finger",
  left_thumb: "Left thumb",
  left_index: "Left index finger",
  left_middle: "Left middle finger",
  left_ring: "Left ring finger",
  left_little: "Left little finger",
};

export const fingerModes: Record<FingerMode, string> = {
  search: "Searched among everybody (1:N)",
  claim: "Held against the holder of the tag (1:1)",
};

export const fingerResults: Record<FingerResult, string> = {
  matched: "The finger matched",
  unmatched: "The finger matched nobody it was held against",
  locked: "Not compared: fingers were locked",
  not_compared: "Not compared: nothing to compare with",
};

/** The short form of an advice, beside the sentence that the server says. */
export const pressAdvice: Record<PressAdvice, string> = {
  no_finger: "No finger",
  dry: "Too dry",
  wet: "Too wet",
  partial: "Only a part",
  misplaced: "Off the middle",
  other_finger: "Not the same finger",
  unclear: "Unclear",
  belongs_to_somebody: "Enrolled already",
};

export const sensorStates: Record<FingerSensor["state"], string> = {
  connecting: "Connecting",
  ready: "Ready",
  enrolling: "Enrolling",
  waiting: "Not answering",
};

type PartRole = components["schemas"]["PartRole"];

export const partRoles: Record<PartRole, string> = {
  edge: "Front end",
  vision: "Recognition worker",
  broker: "MQTT broker",
  database: "Database",
};

/** That one is away, up to the time since when that is so. */
export function awayPart(role: PartRole, name: string): string {
  return role === "database" ? "The database has not answered" : `${partRoles[role]} ${name} is not connected`;
}

/** What does not work while one is away. */
export const withoutPart: Record<PartRole, string> = {
  edge: "nobody can open Gatebook there.",
  vision: "fewer frames are looked at, and none if it was the only one.",
  broker: "nothing is heard of the devices behind it; what they report waits there.",
  database: "what devices report is held, or they are told to keep it. Pages go on by themselves when it is back.",
};

export const deviceKinds: Record<DeviceKind, string> = {
  classic_controller: "Classic controller",
  classic_camera: "Classic camera board",
  native: "Native device",
  camera_station: "Camera station",
  network_camera: "Network camera",
  finger_sensor: "Fingerprint sensor",
};

export const incidentKinds: Record<IncidentKind, string> = {
  address_not_allowed: "Address not allowed",
  bad_credentials: "Wrong user name or password",
  topic_not_allowed: "Topic not allowed",
  bad_line: "Line not understood",
  bad_picture: "Picture refused",
  outage: "Outage",
};

export const dayStates: Record<DayState, string> = { arrived: "Arrived", left: "Left", absent: "Absent", expected: "Expected" };

export const visitStates: Record<components["schemas"]["VisitState"], string> = {
  open: "Inside",
  closed: "Closed by an exit",
  exit_missing: "Exit missing",
  closed_by_operator: "Closed by a correction",
  withdrawn: "Withdrawn by a correction",
};

export const custodyStates: Record<components["schemas"]["CustodyState"], string> = {
  issued: "Issued",
  returned: "Returned",
  lost: "Lost",
  revoked: "Revoked",
  assigned: "Assigned",
};

export const entryKinds: Record<EntryKind, string> = {
  access: "Access events",
  act: "Acts",
  correction: "Corrections",
  notice: "Notices",
};

export const unresolvedReasons: Record<UnresolvedReason, string> = {
  picture_of_several: "Several passages waited for a picture; it cannot be told whose it is",
  picture_of_nobody: "A picture that nobody asked for",
  picture_alone: "A picture without a tag, finger or face to tell whose it is",
  request_without_picture: "A picture was asked for and never came",
  orphan: "Belongs to a passage whose first event is gone",
  damaged: "What the store keeps of it cannot be read any more; look at Integrity",
};

export const roles: Record<Role, { label: string; about: string }> = {
  viewer: { label: "Viewer", about: "Sees the live page, presence, people's names and photographs." },
  auditor: { label: "Auditor", about: "Also reads the whole log, attendance and proofs; writes nothing." },
  operator: { label: "Operator", about: "Also enrols people, corrects and acknowledges." },
  admin: { label: "Admin", about: "Also settings, users, devices, deleting people, whole identity numbers." },
};

/** Words for what is in none of the lists above: `site_founded` reads "Site founded". */
export function spelled(word: string): string {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

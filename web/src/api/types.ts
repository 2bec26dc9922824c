/** Short names for the generated schema's types; nothing is declared here a second time. */
import type { components } from "./schema";

type S = components["schemas"];

export type Session = S["SessionView"];
export type Role = S["Role"];
export type Invitation = S["InvitationView"];
export type Invited = S["InvitedUser"];
export type User = S["UserView"];
export type Token = S["TokenView"];
export type SiteSettings = S["SiteSettings"];

export type PersonBrief = S["PersonBrief"];
export type Person = S["PersonView"];
export type PersonInput = S["PersonInput"];
export type PersonDetails = S["PersonDetails"];
export type AllowedPlaces = S["AllowedPlaces"];
export type Visit = S["VisitView"];
export type DayTable = S["DayTable"];
export type Day = S["DayView"];
export type DayState = S["DayState"];
export type Custody = S["CustodyView"];
export type Finding = S["Finding"];
export type FaceProblem = S["ProblemView"];
/** What an operator overrules: of which image which finding, and whom it looks like. */
export interface Overruled {
  image: number;
  finding: FaceProblem["problem"];
  person?: string;
}
export type Credential = S["CredentialView"];
export type RollCall = S["RollCallView"];
export type Stranger = S["StrangerView"];
export type AlikeStranger = S["AlikeView"];
export type Import = S["ImportView"];
export type Entry = S["EntryView"];
export type LogPage = S["LogPage"];

export type Passage = S["PassageView"];
export type Outcome = S["Outcome"];
export type Taken = S["Taken"];
export type Reason = S["Reason"];
export type Rule = S["Rule"];
export type Direction = S["Direction"];
export type Factor = S["Factor"];
export type LivenessPolicy = S["LivenessPolicy"];
export type NotEstablished = S["NotEstablished"];
export type SpoofVerdict = S["SpoofVerdict"];
export type CoveredPart = S["CoveredPart"];
export type Spoof = S["SpoofView"];
export type Prompt = S["Prompt"];
export type Comparison = S["ComparisonView"];
export type EntryKind = S["EntryKind"];
export type Correction = S["CorrectionInput"];
export type Unresolved = S["UnresolvedView"];
export type UnresolvedReason = S["UnresolvedReason"];
export type Author = S["AuthorView"];
export type Named = S["Named"];

export type FingerPosition = S["FingerPosition"];
export type FingerMode = S["FingerMode"];
export type FingerResult = S["FingerResult"];
export type Fingerprint = S["FingerprintView"];
export type Finger = S["FingerView"];
export type FingerLock = S["LockView"];
export type FingerSensor = S["SensorView"];
export type FingerVerification = S["FingerVerificationView"];
export type Enrolment = S["EnrolmentView"];
export type Press = S["PressView"];
export type PressAdvice = S["PressAdvice"];

export type Alert = S["AlertView"];
export type AlertKind = S["AlertKind"];
export type Presence = S["Presence"];
export type Area = S["AreaView"];
export type AccessPoint = S["AccessPointView"];
export type DeviceKind = S["DeviceKind"];
export type IncidentKind = S["IncidentKind"];
export type Device = S["DeviceView"];
export type Incident = S["IncidentView"];
export type Gate = S["GateView"];
export type Allow = S["AllowInput"];

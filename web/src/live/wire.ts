/** What the server pushes, by the generated schema's names. */
import type { components } from "../api/schema";

type S = components["schemas"];

export type LiveSnapshot = S["LiveSnapshot"];
export type LiveCamera = S["LiveCamera"];
export type Committed = S["CommittedPush"];
export type Changed = S["Changed"];
export type PresenceChange = S["PresenceChange"];
export type DevicePush = S["DevicePush"];
export type FrameHead = S["FramePush"];
export type Challenge = S["ChallengeView"];
export type Overlay = S["OverlayView"];
export type StationReply = S["StationReply"];
export type StationWelcome = S["StationWelcome"];

import type { Overlay, StationReply } from "./wire";

export type Refusal = Extract<StationReply, { frame: "refused" }>["why"];

/** A camera that calls a roll is looked at every two seconds; what was seen last holds until the next look is due. */
const holdsFor = 5000;

/** What a refusal changes on a station, so long after its last frame that was worked on. */
export function afterRefusal(why: Refusal, sinceAnswer: number): { refused?: Refusal; overlays?: Overlay[] } {
  return why === "busy" && sinceAnswer < holdsFor ? {} : { refused: why, overlays: [] };
}

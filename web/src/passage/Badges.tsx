import {
  ArrowLeftRight,
  Ban,
  CheckCheck,
  CircleHelp,
  DoorOpen,
  LogIn,
  LogOut,
  PencilLine,
  ScanFace,
  VenetianMask,
} from "lucide-react";
import type { Direction, Passage } from "../api/types";
import { Badge } from "../ui/Badge";
import { coveredParts, directions, notEstablished } from "../words";

const icons = { entry: LogIn, exit: LogOut, both: ArrowLeftRight };

/** Direction by colour, icon and word. */
export function DirectionBadge({ direction, size }: { direction: Direction; size?: "m" | "l" }) {
  return (
    <Badge
      tone={direction === "entry" ? "accent" : direction === "exit" ? "info" : "neutral"}
      icon={icons[direction]}
      size={size ?? "m"}
    >
      {directions[direction]}
    </Badge>
  );
}

/** Outcome by colour, icon and word. */
export function OutcomeBadge({ passage, size }: { passage: Pick<Passage, "outcome" | "taken">; size?: "m" | "l" }) {
  const props = size ? { size } : {};
  if (passage.outcome === "denied") {
    return (
      <Badge tone="bad" icon={Ban} {...props}>
        Denied
      </Badge>
    );
  }
  if (passage.taken === "not_taken") {
    return (
      <Badge tone="warn" icon={CircleHelp} {...props}>
        Granted, not taken
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon={CheckCheck} {...props}>
      Granted
    </Badge>
  );
}

/** What else one should know at a glance. */
export function Remarks({ passage }: { passage: Passage }) {
  return (
    <>
      {passage.reported && (
        <Badge icon={DoorOpen} title="The device had opened the door already">
          Reported
        </Badge>
      )}
      {passage.liveness === "not_established" && (
        <Badge
          tone="warn"
          icon={ScanFace}
          title={passage.not_established ? notEstablished[passage.not_established] : "Nothing shows that the face was alive"}
        >
          Liveness not established
        </Badge>
      )}
      {passage.liveness === "established" && (
        <Badge tone="good" icon={ScanFace} title="The face did what it was asked to, in time">
          Liveness established
        </Badge>
      )}
      {passage.covered.length > 0 && (
        <Badge tone="warn" icon={VenetianMask} title="Most frames did not show all of the face">
          Not seen of the face: {passage.covered.map((part) => coveredParts[part]).join(", ")}
        </Badge>
      )}
      {passage.comparison?.result === "disagrees" && (
        <Badge tone="bad" icon={ScanFace}>
          Picture disagrees
        </Badge>
      )}
      {passage.corrected_by.length > 0 && (
        <Badge tone="info" icon={PencilLine}>
          Corrected
        </Badge>
      )}
    </>
  );
}

import { CalendarX2, CircleCheck, CirclePause } from "lucide-react";
import type { Person } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { useNow } from "../../ui/now";

/** Whether the person may pass at all now. */
export function StatusBadge({ person }: { person: Pick<Person, "status" | "valid_from" | "valid_until"> }) {
  const now = useNow(60_000);
  if (person.status === "suspended") {
    return (
      <Badge tone="bad" icon={CirclePause}>
        Suspended
      </Badge>
    );
  }
  const early = person.valid_from && Date.parse(person.valid_from) > now;
  const over = person.valid_until && Date.parse(person.valid_until) <= now;
  if (early || over) {
    return (
      <Badge tone="warn" icon={CalendarX2}>
        {early ? "Not yet valid" : "No longer valid"}
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon={CircleCheck}>
      Active
    </Badge>
  );
}

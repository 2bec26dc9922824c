import { Unplug } from "lucide-react";
import { useParts } from "../live/parts";
import { Time } from "../ui/Time";
import { partRoles, withoutPart } from "../words";
import css from "./StaleBanner.module.css";

/** Says which parts of the house on other hosts are away, and what that means. Nothing while all are there. */
export function PartsBanner() {
  const away = useParts().filter((part) => !part.up);
  if (away.length === 0) return null;
  return (
    <div className={css.banner} role="status">
      <Unplug size={15} aria-hidden />
      <ul className={css.list}>
        {away.map((part) => (
          <li key={part.name}>
            {partRoles[part.role]} {part.name} is not connected
            {part.since && (
              <>
                {" since "}
                <Time at={part.since} />
              </>
            )}
            : {withoutPart[part.role]}
          </li>
        ))}
      </ul>
    </div>
  );
}

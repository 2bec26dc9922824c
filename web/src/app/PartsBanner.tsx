import { Unplug } from "lucide-react";
import type { Part } from "../api/parts";
import { useParts, useReturned } from "../live/parts";
import { Time } from "../ui/Time";
import { awayPart, withoutPart } from "../words";
import css from "./StaleBanner.module.css";

/** Says which parts of the house on other hosts, the database among them, are away, and what that means. Nothing while all are there. */
export function PartsBanner() {
  const parts = useParts();
  useReturned(parts);
  return <AwayBanner parts={parts} />;
}

/** The same of parts that are known. */
export function AwayBanner({ parts }: { parts: Part[] }) {
  const away = parts.filter((part) => !part.up);
  if (away.length === 0) return null;
  return (
    <div className={css.banner} role="status">
      <Unplug size={15} aria-hidden />
      <ul className={css.list}>
        {away.map((part) => (
          <li key={part.name}>
            {awayPart(part.role, part.name)}
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

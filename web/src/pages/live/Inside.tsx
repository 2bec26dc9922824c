import { Link } from "@tanstack/react-router";
import { DoorClosed } from "lucide-react";
import { pictureUrl } from "../../api/client";
import type { Presence } from "../../api/types";
import { personName } from "../../passage/name";
import { Badge } from "../../ui/Badge";
import { Panel } from "../../ui/Panel";
import { Face } from "../../ui/Picture";
import { Empty } from "../../ui/States";
import { Time } from "../../ui/Time";
import css from "./Inside.module.css";

/** Who is inside which area now, each since when. */
export function Inside({ inside }: { inside: Presence }) {
  const areas = inside.areas.filter((area) => area.count > 0);
  return (
    <Panel title="Inside now" flush aside={<Badge>{inside.total}</Badge>}>
      {areas.length === 0 ? (
        <Empty compact icon={DoorClosed} title="Nobody is inside" />
      ) : (
        <div className={css.areas}>
          {areas.map((area) => (
            <section key={area.area.id}>
              <h3 className={css.area}>
                {area.area.name || "Removed area"} <Badge>{area.count}</Badge>
              </h3>
              <ul>
                {area.people.map((one) => (
                  <li key={one.visit} className={css.person}>
                    <Face src={pictureUrl(one.person.photo)} name={one.person.name} size={30} />
                    <Link to="/people/$id" params={{ id: one.person.id }} className={css.name}>
                      {personName(one.person)}
                    </Link>
                    <span className="small muted">
                      since <Time at={one.since} seconds={false} />
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </Panel>
  );
}

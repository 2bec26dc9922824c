import { Radio } from "lucide-react";
import { useSession } from "../../api/session";
import { useLiveState } from "../../live/house";
import { PassageRow } from "../../passage/PassageRow";
import { Button } from "../../ui/Button";
import { Empty, Note } from "../../ui/States";
import { StationView } from "../station/Running";
import css from "./Guide.module.css";

/** The camera runs, and one's own passage appears beside it. */
export function Seen({ onDone }: { onDone: () => void }) {
  const { station } = useSession();
  const feed = useLiveState().snapshot?.feed ?? [];
  const known = feed.some((passage) => passage.person);
  return (
    <>
      {known && (
        <Note tone="good" title="That works">
          You were recognised, and it stands in the log. Leave this camera running on its own page: menu, “Camera station”.
        </Note>
      )}
      <div className={css.seen}>
        <div>
          {station ? (
            <StationView />
          ) : (
            <Empty title="This browser is no camera station yet">Choose the step “This browser's camera”.</Empty>
          )}
        </div>
        <div className={css.feed}>
          {feed.length === 0 ? (
            <Empty icon={Radio} title="Look into the camera">
              After a few frames that agree, you appear here.
            </Empty>
          ) : (
            <ul>
              {feed.slice(0, 6).map((passage) => (
                <li key={passage.event}>
                  <PassageRow passage={passage} compact />
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
      <div>
        <Button variant="primary" onClick={onDone}>
          To the live page
        </Button>
      </div>
    </>
  );
}

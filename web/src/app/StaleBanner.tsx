import { RefreshCw } from "lucide-react";
import { useLiveState } from "../live/house";
import { Time } from "../ui/Time";
import css from "./StaleBanner.module.css";

/** Says when what is shown may be old. Nothing is shown while the page is up to date. */
export function StaleBanner() {
  const { stale, freshAt, fault } = useLiveState();
  if (stale === null) return null;
  return (
    <div className={css.banner} role="status">
      <RefreshCw size={15} aria-hidden className={css.turning} />
      <span>
        {stale === "disconnected"
          ? `${fault ?? "No live connection"}: what is shown may be old. Reconnecting by itself.`
          : "Catching up with what happened meanwhile."}
        {freshAt !== null && stale === "disconnected" && (
          <>
            {" "}
            It was right at <Time at={new Date(freshAt).toISOString()} />.
          </>
        )}
      </span>
    </div>
  );
}

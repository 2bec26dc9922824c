import type { Passage } from "../api/types";
import { pictureUrl } from "../api/client";
import { cx } from "../ui/cx";
import { Face } from "../ui/Picture";
import { Time } from "../ui/Time";
import { DirectionBadge, OutcomeBadge } from "./Badges";
import { passageName } from "./name";
import css from "./PassageRow.module.css";

interface PassageRowProps {
  passage: Passage;
  onOpen?: (passage: Passage) => void;
  compact?: boolean;
}

/** A passage in a feed: its picture, who, where, when, and how it was decided. */
export function PassageRow({ passage, onOpen, compact }: PassageRowProps) {
  const picture = pictureUrl(passage.picture ?? passage.person?.photo);
  const content = (
    <>
      <Face src={picture} name={passage.person ? passageName(passage) : ""} size={compact === true ? 34 : 44} />
      <span className={css.text}>
        <span className={cx(css.name, !passage.person && css.unnamed)}>{passageName(passage)}</span>
        <span className={css.where}>
          {passage.access_point.name || "Removed access point"} ·{" "}
          <Time at={passage.at} show={compact === true ? "ago" : "clock"} />
        </span>
      </span>
      {compact !== true && (
        <span className={css.badges}>
          <DirectionBadge direction={passage.access_point.direction} />
          <OutcomeBadge passage={passage} />
        </span>
      )}
    </>
  );
  if (!onOpen) return <div className={css.row}>{content}</div>;
  return (
    <button type="button" className={cx(css.row, css.button)} onClick={() => onOpen(passage)}>
      {content}
    </button>
  );
}

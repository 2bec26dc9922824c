import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ScanFace, UserPlus } from "lucide-react";
import { useState } from "react";
import { pictureUrl } from "../../api/client";
import { alikeStrangers, forgetStranger, sightingsQuery, strangersQuery, useStrangerChange } from "../../api/strangers";
import type { Stranger } from "../../api/types";
import { Button } from "../../ui/Button";
import { Confirm, Dialog } from "../../ui/Dialog";
import { count } from "../../ui/format";
import { Picture } from "../../ui/Picture";
import { Empty, Failed, Note, Skeleton } from "../../ui/States";
import { Time } from "../../ui/Time";
import { KnowStranger } from "./KnowStranger";
import css from "./Strangers.module.css";

/** Faces like nobody enrolled, each person once. */
export function Strangers() {
  const strangers = useQuery(strangersQuery);
  const alike = useMutation({ mutationFn: alikeStrangers });
  if (strangers.isError) return <Failed error={strangers.error} retry={() => void strangers.refetch()} />;
  if (!strangers.data) return <Skeleton rows={5} />;
  if (strangers.data.length === 0) {
    return (
      <Empty icon={ScanFace} title="No stranger is kept">
        Whoever a camera sees and nobody enrolled is like is listed here for the days that the settings say.
      </Empty>
    );
  }
  const found = alike.data;
  return (
    <div className="stack">
      <div className="row">
        <label>
          Search by a picture{" "}
          <input
            type="file"
            accept="image/jpeg,image/png"
            onChange={(event) => event.target.files?.[0] && alike.mutate(event.target.files[0])}
          />
        </label>
        {found && (
          <Button size="s" onClick={() => alike.reset()}>
            Show all
          </Button>
        )}
      </div>
      {alike.isError && <Failed error={alike.error} />}
      {found?.length === 0 && <Note tone="warn">No face was found in this picture, or nobody kept is alike.</Note>}
      <ul className={css.grid} aria-label="Strangers">
        {found
          ? found.map(({ stranger, score }) => (
              <Card key={stranger.id} stranger={stranger} score={score} onErased={alike.reset} />
            ))
          : strangers.data.map((stranger) => <Card key={stranger.id} stranger={stranger} />)}
      </ul>
    </div>
  );
}

function Card({ stranger, score, onErased }: { stranger: Stranger; score?: number; onErased?: () => void }) {
  const [open, setOpen] = useState<"seen" | "know" | "erase" | null>(null);
  const erase = useStrangerChange(forgetStranger);
  const close = () => setOpen(null);
  return (
    <li className={css.card}>
      <Picture src={pictureUrl(stranger.face)} alt="The face of a stranger" className={css.face} />
      <span>
        {stranger.times > 1 && <strong>Seen before. </strong>}
        Seen {count(stranger.times, "time", "times")}, last <Time at={stranger.last_seen} show="full" seconds={false} />
      </span>
      {score !== undefined && <span className="muted">Likeness {score.toFixed(2)}</span>}
      <div className="row">
        <Button size="s" onClick={() => setOpen("seen")}>
          When
        </Button>
        <Button size="s" icon={UserPlus} onClick={() => setOpen("know")}>
          Make a person
        </Button>
        <Button size="s" variant="ghost" onClick={() => setOpen("erase")}>
          Erase
        </Button>
      </div>
      {open === "seen" && <Seen stranger={stranger} onClose={close} />}
      {open === "know" && <KnowStranger stranger={stranger} onClose={close} />}
      <Confirm
        open={open === "erase"}
        onClose={close}
        title="Erase this stranger?"
        confirm="Erase"
        danger
        onConfirm={() => erase.mutateAsync(stranger.id).then(onErased)}
      >
        Their pictures and templates go at once. The events stay and show that a picture is gone.
      </Confirm>
    </li>
  );
}

function Seen({ stranger, onClose }: { stranger: Stranger; onClose: () => void }) {
  const seen = useQuery(sightingsQuery(stranger.id));
  return (
    <Dialog open onClose={onClose} kind="side" title="When this stranger was seen">
      {seen.isError && <Failed error={seen.error} />}
      {seen.isPending && <Skeleton rows={4} />}
      <ul className={css.seen}>
        {seen.data?.map((one) => (
          <li key={one.picture}>
            <Picture src={pictureUrl(one.face)} alt="" className={css.small} />
            <span>
              <Time at={one.at} show="full" />
              {one.event && (
                <>
                  {" "}
                  <Link to="/log" search={{ event: one.event }}>
                    Open in the log
                  </Link>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

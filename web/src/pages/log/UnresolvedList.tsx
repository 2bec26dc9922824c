import { useMutation, useQueryClient, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import { useState, type FormEvent } from "react";
import { client, pictureUrl } from "../../api/client";
import { useMay } from "../../api/session";
import type { Unresolved } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { MoreRows } from "../../ui/MoreRows";
import { Panel } from "../../ui/Panel";
import { Picture } from "../../ui/Picture";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { Time } from "../../ui/Time";
import { unresolvedReasons } from "../../words";
import css from "./Log.module.css";

/** Observations that became no event: shown instead of a guess. */
export function UnresolvedList({ list }: { list: UseInfiniteQueryResult<InfiniteData<Unresolved[]>> }) {
  const groups = list.data?.pages.flat() ?? [];
  if (list.isError) return <Failed error={list.error} retry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={6} height={60} />;
  if (groups.length === 0) {
    return (
      <Panel>
        <Empty icon={Inbox} title="Nothing is unresolved">
          When it cannot be told whose picture it is, or a passage stays incomplete, it is listed here for somebody to look at.
        </Empty>
      </Panel>
    );
  }
  return (
    <>
      <div className={css.groups}>
        {groups.map((group) => (
          <Group key={group.number} group={group} />
        ))}
      </div>
      <MoreRows more={list.hasNextPage} busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </>
  );
}

function saw(observation: Unresolved["observations"][number]): string {
  const seen = observation.saw;
  switch (seen.saw) {
    case "finger":
      return `Finger of number ${seen.number}`;
    case "tag":
      return `Tag ${seen.tag}`;
    case "face":
      return "A face";
    case "fingerprint":
      return "A finger that Gatebook compared";
    case "picture_requested":
      return "A picture was asked for";
    case "picture":
      return "A picture";
    case "classic_entry":
      return `Entry line of number ${seen.number}`;
    case "classic_exit":
      return `Exit line of tag ${seen.tag}`;
  }
}

function Group({ group }: { group: Unresolved }) {
  const mayDismiss = useMay("operator");
  const [asking, setAsking] = useState(false);
  return (
    <Panel
      className={cx(group.dismissed && css.dismissed)}
      title={<span className="num">No. {group.number}</span>}
      aside={
        group.dismissed ? (
          <Badge>Set aside</Badge>
        ) : (
          mayDismiss && (
            <Button size="s" onClick={() => setAsking(true)}>
              Set aside
            </Button>
          )
        )
      }
    >
      <div className={css.group}>
        {group.picture && (
          <div className={css.groupPicture}>
            <Picture src={pictureUrl(group.picture)} alt="Picture among these observations" fit="contain" />
          </div>
        )}
        <p>{unresolvedReasons[group.reason]}.</p>
        <p className="small muted">
          {group.access_point.name} · <Time at={group.at} show="exact" />
        </p>
        <ul className={css.observations}>
          {group.observations.map((observation) => (
            <li key={observation.id}>
              <Time at={observation.received_at} show="time" /> · {observation.device.name}: {saw(observation)}
            </li>
          ))}
        </ul>
      </div>
      {asking && <SetAside group={group} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function SetAside({ group, onClose }: { group: Unresolved; onClose: () => void }) {
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const dismiss = useMutation({
    mutationFn: () =>
      client.POST("/api/v1/unresolved/{number}/dismiss", {
        params: { path: { number: group.number } },
        body: { note: note.trim() },
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["unresolved"] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    dismiss.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width="s"
      title={`Set no. ${group.number} aside`}
      about="Add a missed entry or exit first when you know whose it is. Your note is written into the log."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="set-aside" variant="primary" disabled={note.trim() === ""} busy={dismiss.isPending}>
            Set aside
          </Button>
        </>
      }
    >
      <form id="set-aside" onSubmit={submit}>
        <TextField label="What you found" required autoFocus value={note} onChange={(event) => setNote(event.target.value)} />
      </form>
    </Dialog>
  );
}

import { Plus, Tag as TagIcon } from "lucide-react";
import { useState, type FormEvent } from "react";
import { client } from "../../../api/client";
import { usePeopleChange } from "../../../api/people";
import { useMay } from "../../../api/session";
import type { Custody, Person } from "../../../api/types";
import type { components } from "../../../api/schema";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { TextField } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { Empty } from "../../../ui/States";
import { Time } from "../../../ui/Time";
import { CustodyBadge, TagMenu } from "../TagMenu";
import css from "./Person.module.css";

interface Held {
  tag: string;
  state: Custody["state"];
  since: string;
}

/** Tags assigned for good and tags in the person's hands now. */
function held(credentials: components["schemas"]["PersonCredentials"]): Held[] {
  const tags = new Map<string, Held>();
  for (const one of credentials.credentials)
    if (one.kind === "tag") tags.set(one.tag, { tag: one.tag, state: "assigned", since: one.enrolled_at });
  for (const custody of credentials.tags) tags.set(custody.tag, custody);
  return [...tags.values()];
}

export function Tags({ person, credentials }: { person: Person; credentials: components["schemas"]["PersonCredentials"] }) {
  const mayEdit = useMay("operator");
  const [assigning, setAssigning] = useState(false);
  const tags = held(credentials);
  return (
    <Panel
      title="Tags"
      aside={
        mayEdit && (
          <Button size="s" icon={Plus} onClick={() => setAssigning(true)}>
            Assign a tag
          </Button>
        )
      }
    >
      {tags.length === 0 ? (
        <Empty icon={TagIcon} title="No tag in this person's hands">
          Tags issued at an entry appear here until they are returned at an exit.
        </Empty>
      ) : (
        <ul className={css.tags}>
          {tags.map((tag) => (
            <li key={tag.tag} className={css.tag}>
              <code>{tag.tag}</code>
              <CustodyBadge state={tag.state} />
              <span className="small muted">
                since <Time at={tag.since} show="full" seconds={false} />
              </span>
              {mayEdit && (
                <span className={css.tagMenu}>
                  <TagMenu tag={tag} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {assigning && <Assign person={person} onClose={() => setAssigning(false)} />}
    </Panel>
  );
}

function Assign({ person, onClose }: { person: Person; onClose: () => void }) {
  const [tag, setTag] = useState("");
  const assign = usePeopleChange(() =>
    client.POST("/api/v1/tags/{tag}/assign", { params: { path: { tag: tag.trim() } }, body: { person: person.id } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    assign.mutate(undefined, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width="s"
      title={`Assign a tag to ${person.name}`}
      about="For good: it opens visits for this person until it is returned, lost or revoked."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="assign-tag" variant="primary" disabled={tag.trim() === ""} busy={assign.isPending}>
            Assign
          </Button>
        </>
      }
    >
      <form id="assign-tag" onSubmit={submit}>
        <TextField
          label="Tag"
          hint="As the reader prints it, e.g. 4AB3."
          required
          autoFocus
          autoComplete="off"
          className="mono"
          value={tag}
          onChange={(event) => setTag(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { Problem } from "../../api/client";
import { giveStranger, makePerson, useStrangerChange } from "../../api/strangers";
import type { Person, Stranger } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { count } from "../../ui/format";
import { Segmented } from "../../ui/Segmented";
import { Note } from "../../ui/States";
import { draftOf, inputOf, PersonFields } from "./PersonFields";
import { PersonPicker } from "./PersonPicker";

/** A stranger gets a name, of somebody new or of somebody registered, and with it faces and history. */
export function KnowStranger({ stranger, onClose }: { stranger: Stranger; onClose: () => void }) {
  const navigate = useNavigate();
  const [who, setWho] = useState<"new" | "registered">("new");
  const [draft, setDraft] = useState(draftOf());
  const [person, setPerson] = useState<string | null>(null);
  const make = useStrangerChange(makePerson);
  const give = useStrangerChange(giveStranger);
  const onSuccess = (known: Person) => void navigate({ to: "/people/$id", params: { id: known.id } });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (who === "new") make.mutate({ id: stranger.id, body: inputOf(draft) }, { onSuccess });
    else if (person !== null) give.mutate({ id: stranger.id, person }, { onSuccess });
  };
  const { error } = who === "new" ? make : give;
  return (
    <Dialog
      open
      onClose={onClose}
      kind="side"
      title="Make a person"
      about={`Recognised from now on; ${count(stranger.times, "passage is", "passages are")} theirs.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="know-stranger"
            variant="primary"
            busy={make.isPending || give.isPending}
            disabled={who === "registered" && person === null}
          >
            {who === "new" ? "Make a person" : "It is this person"}
          </Button>
        </>
      }
    >
      <form id="know-stranger" className="stack" onSubmit={submit}>
        <Segmented
          label="Who it is"
          value={who}
          onChange={setWho}
          options={[
            { value: "new", label: "Somebody new" },
            { value: "registered", label: "Registered already" },
          ]}
        />
        {who === "new" ? (
          <PersonFields draft={draft} onChange={setDraft} error={make.error} />
        ) : (
          <PersonPicker label="Person" value={person} onChange={setPerson} />
        )}
      </form>
      {error instanceof Problem && error.field === null && (
        <Note tone="bad" title={error.message}>
          {error.detail}
        </Note>
      )}
    </Dialog>
  );
}

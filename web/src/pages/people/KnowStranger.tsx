import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { Problem } from "../../api/client";
import { makePerson, useStrangerChange } from "../../api/strangers";
import type { Stranger } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { count } from "../../ui/format";
import { Note } from "../../ui/States";
import { draftOf, inputOf, PersonFields } from "./PersonFields";

/** A stranger gets a name, and with it faces and history. */
export function KnowStranger({ stranger, onClose }: { stranger: Stranger; onClose: () => void }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(draftOf());
  const make = useStrangerChange(makePerson);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(
      { id: stranger.id, body: inputOf(draft) },
      { onSuccess: (person) => void navigate({ to: "/people/$id", params: { id: person.id } }) },
    );
  };
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
          <Button type="submit" form="know-stranger" variant="primary" busy={make.isPending}>
            Make a person
          </Button>
        </>
      }
    >
      <form id="know-stranger" className="stack" onSubmit={submit}>
        <PersonFields draft={draft} onChange={setDraft} error={make.error} />
      </form>
      {make.error instanceof Problem && make.error.field === null && (
        <Note tone="bad" title={make.error.message}>
          {make.error.detail}
        </Note>
      )}
    </Dialog>
  );
}

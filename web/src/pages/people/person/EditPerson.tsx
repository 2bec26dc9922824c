import { useState, type FormEvent } from "react";
import { changePerson, usePeopleChange } from "../../../api/people";
import type { Person } from "../../../api/types";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { said } from "../../../ui/Toasts";
import { draftOf, inputOf, PersonFields } from "../PersonFields";

export function EditPerson({ person, onClose }: { person: Person; onClose: () => void }) {
  const [draft, setDraft] = useState(draftOf(person));
  const change = usePeopleChange(changePerson);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const done = () => {
      said("Saved");
      onClose();
    };
    change.mutate({ id: person.id, body: inputOf(draft) }, { onSuccess: done });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      kind="side"
      title={`Edit ${person.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="edit-person" variant="primary" busy={change.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="edit-person" onSubmit={submit}>
        <PersonFields draft={draft} onChange={setDraft} error={change.error} full />
      </form>
    </Dialog>
  );
}

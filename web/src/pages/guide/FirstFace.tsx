import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { usePeopleChange } from "../../api/people";
import { sessionQuery } from "../../api/session";
import { Button } from "../../ui/Button";
import { addWithFaces } from "../people/AddPerson";
import { Enrol } from "../people/enrol/Enrol";
import { useImages } from "../people/enrol/useImages";
import { draftOf, inputOf, PersonFields } from "../people/PersonFields";

/** One's own face, enrolled with the webcam. */
export function FirstFace({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const images = useImages();
  const [draft, setDraft] = useState({ ...draftOf(), number: "1" });
  const add = usePeopleChange(addWithFaces);
  const done = () => {
    void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    onDone();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ input: inputOf(draft), images }, { onSuccess: done });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p className="muted">
        Take three pictures: straight, and turned a little to each side. They take effect at once, and are deleted with the
        person.
      </p>
      <PersonFields draft={draft} onChange={setDraft} error={add.error} />
      <Enrol images={images} />
      <div className="row">
        <Button type="submit" variant="primary" disabled={images.good === 0} busy={add.isPending || images.looking}>
          Enrol and go on
        </Button>
        <Button variant="ghost" onClick={onDone}>
          Not now
        </Button>
      </div>
    </form>
  );
}

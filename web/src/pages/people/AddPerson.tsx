import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { addPerson, enrolFaces, usePeopleChange } from "../../api/people";
import { Problem } from "../../api/client";
import type { Person, PersonInput } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { count } from "../../ui/format";
import { Note } from "../../ui/States";
import { failed, said } from "../../ui/Toasts";
import { Enrol } from "./enrol/Enrol";
import { useImages, type Images } from "./enrol/useImages";
import { draftOf, inputOf, PersonFields } from "./PersonFields";

/** Adds a person and enrols the good pictures. Somebody added whose pictures failed is there, and can be enrolled later. */
export async function addWithFaces({ input, images }: { input: PersonInput; images: Images }): Promise<Person> {
  const person = await addPerson(input);
  if (images.good === 0) return person;
  try {
    const findings = await enrolFaces(
      person.id,
      images.candidates.map((candidate) => candidate.blob),
      images.overruled,
    );
    const enrolled = findings.filter((finding) => finding.credential).length;
    said(
      `${person.name} is registered`,
      enrolled > 0
        ? `${count(enrolled, "picture", "pictures")} enrolled; recognised from now on.`
        : "No picture was good enough to enrol.",
    );
  } catch (error) {
    failed(error);
  }
  return person;
}

/** The dialog for somebody new. */
export function AddPerson({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const images = useImages();
  const [draft, setDraft] = useState(draftOf());
  const add = usePeopleChange(addWithFaces);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { input: inputOf(draft), images },
      { onSuccess: (person) => void navigate({ to: "/people/$id", params: { id: person.id } }) },
    );
  };
  const unusable = images.candidates.length > 0 && !images.looking && images.good === 0;
  return (
    <Dialog
      open
      onClose={onClose}
      kind="side"
      title="Add a person"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="add-person" variant="primary" busy={add.isPending || images.looking}>
            {images.good > 0 ? `Add and enrol ${count(images.good, "picture", "pictures")}` : "Add without a face"}
          </Button>
        </>
      }
    >
      <form id="add-person" className="stack" onSubmit={submit}>
        <PersonFields draft={draft} onChange={setDraft} error={add.error} />
      </form>
      <h3>Face</h3>
      <Enrol images={images} />
      {unusable && (
        <Note tone="warn">None of these pictures will be enrolled. Take others, or add the person without a face.</Note>
      )}
      {add.error instanceof Problem && add.error.field === null && (
        <Note tone="bad" title={add.error.message}>
          {add.error.detail}
        </Note>
      )}
    </Dialog>
  );
}

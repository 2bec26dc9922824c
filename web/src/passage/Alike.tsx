import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import type { PersonBrief } from "../api/types";
import { personName } from "./name";

/** The two people whom a face is like; `settled`: something else tells which of them it is. */
export function Alike({ people, settled = false }: { people: PersonBrief[]; settled?: boolean }) {
  return (
    <>
      {"Like "}
      {people.map((person, n) => (
        <Fragment key={person.id}>
          {n > 0 && " and "}
          <PersonLink person={person} />
        </Fragment>
      ))}
      , not told apart{settled && " by the face alone"}
    </>
  );
}

/** A person by name, with the way to their page while there is one. */
export function PersonLink({ person }: { person: PersonBrief }) {
  if (person.deleted) return <>{personName(person)}</>;
  return (
    <Link to="/people/$id" params={{ id: person.id }}>
      {personName(person)}
    </Link>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { CirclePause, CirclePlay, PencilLine, Trash2 } from "lucide-react";
import { useState } from "react";
import { pictureUrl } from "../../../api/client";
import { activatePerson, deletePerson, personQuery, suspendPerson, usePeopleChange } from "../../../api/people";
import { useMay } from "../../../api/session";
import type { Person as PersonData } from "../../../api/types";
import { Button } from "../../../ui/Button";
import { Confirm } from "../../../ui/Dialog";
import { Facts, Page, Panel } from "../../../ui/Panel";
import { Picture } from "../../../ui/Picture";
import { Failed, Note, Skeleton } from "../../../ui/States";
import { Time } from "../../../ui/Time";
import { said } from "../../../ui/Toasts";
import { Fingers } from "../fingers/Fingers";
import { detailFacts } from "../details";
import { StatusBadge } from "../StatusBadge";
import { Credentials } from "./Credentials";
import { Days } from "./Days";
import { EditPerson } from "./EditPerson";
import { Passages } from "./Passages";
import { Visits } from "./Visits";
import css from "./Person.module.css";

/** One person: the registry's fields, photographs, credentials, visits, attendance days. */
export function Person() {
  const { id } = useParams({ from: "/house/people/$id" });
  const person = useQuery(personQuery(id));
  if (person.isError) {
    return (
      <Page title="Person">
        <Failed error={person.error} retry={() => void person.refetch()} />
        <Link to="/people">To all people</Link>
      </Page>
    );
  }
  if (!person.data) {
    return (
      <Page title="Person">
        <Panel>
          <Skeleton rows={8} />
        </Panel>
      </Page>
    );
  }
  return <Shown person={person.data} />;
}

function Shown({ person }: { person: PersonData }) {
  const mayRead = useMay("auditor");
  return (
    <Page title={person.name} about={<Link to="/people">People</Link>} actions={<Actions person={person} />}>
      <div className={css.columns}>
        <Panel flush className={css.card}>
          <div className={css.photo}>
            <Picture src={pictureUrl(person.photo)} alt={`Registered photograph of ${person.name}`} none="No photograph yet" />
          </div>
          <div className={css.facts}>
            <StatusBadge person={person} />
            <Facts items={[...detailFacts({ ...person, deleted: false }), ...validity(person)]} />
            {person.places.allowed === "only" && <Allowed ids={person.places.access_points} />}
          </div>
        </Panel>
        <div className="stack">
          {mayRead ? (
            <>
              <Credentials person={person} />
              <Fingers person={person} />
              <Passages id={person.id} />
              <Visits id={person.id} />
              <Days id={person.id} />
            </>
          ) : (
            <Note>Your role shows who somebody is. Visits, credentials and attendance days need the role auditor.</Note>
          )}
        </div>
      </div>
    </Page>
  );
}

function validity(person: PersonData): [string, React.ReactNode][] {
  const facts: [string, React.ReactNode][] = [];
  if (person.valid_from) facts.push(["Valid from", <Time key="from" at={person.valid_from} show="full" seconds={false} />]);
  if (person.valid_until) facts.push(["Valid until", <Time key="until" at={person.valid_until} show="full" seconds={false} />]);
  return facts;
}

function Allowed({ ids }: { ids: string[] }) {
  return (
    <p className="small muted">
      May pass at {ids.length} {ids.length === 1 ? "access point" : "access points"} only.
    </p>
  );
}

function Actions({ person }: { person: PersonData }) {
  const mayEdit = useMay("operator");
  const mayDelete = useMay("admin");
  const navigate = useNavigate();
  const [open, setOpen] = useState<"edit" | "suspend" | "delete" | null>(null);
  const suspend = usePeopleChange(suspendPerson);
  const activate = usePeopleChange(activatePerson);
  const remove = usePeopleChange(deletePerson);
  const close = () => setOpen(null);
  const activateNow = () => activate.mutate(person.id, { onSuccess: () => said(`${person.name} may pass again`) });
  const removeNow = async () => {
    await remove.mutateAsync(person.id);
    said(`${person.name} was deleted`);
    void navigate({ to: "/people" });
  };
  if (!mayEdit) return null;
  return (
    <>
      <Button icon={PencilLine} onClick={() => setOpen("edit")}>
        Edit
      </Button>
      {person.status === "active" ? (
        <Button icon={CirclePause} onClick={() => setOpen("suspend")}>
          Suspend now
        </Button>
      ) : (
        <Button icon={CirclePlay} busy={activate.isPending} onClick={activateNow}>
          Activate
        </Button>
      )}
      {mayDelete && (
        <Button icon={Trash2} variant="ghost" onClick={() => setOpen("delete")}>
          Delete
        </Button>
      )}
      {open === "edit" && <EditPerson person={person} onClose={close} />}
      <Confirm
        open={open === "suspend"}
        onClose={close}
        title={`Suspend ${person.name}?`}
        confirm="Suspend now"
        danger
        onConfirm={() => suspend.mutateAsync(person.id)}
      >
        <p>
          From this moment on every passage is denied, at all access points, until somebody activates the person again. Classic
          gates open by themselves: there, an alert is raised instead.
        </p>
      </Confirm>
      <Confirm
        open={open === "delete"}
        onClose={close}
        title={`Delete ${person.name}?`}
        confirm="Delete the person"
        danger
        onConfirm={removeNow}
      >
        <DeleteWarning />
      </Confirm>
    </>
  );
}

function DeleteWarning() {
  return (
    <>
      <div>
        <h3>Goes at once</h3>
        <ul className={css.list}>
          <li>name, number, department and all personal fields</li>
          <li>face templates and registered photographs: the face is a stranger's from now on</li>
          <li>fingers: templates and the pictures of their presses</li>
          <li>assigned tags</li>
        </ul>
      </div>
      <div>
        <h3>Stays, and why</h3>
        <ul className={css.list}>
          <li>
            past entries of the log, under an identity without a name: the log is proved by what stands in it, so nothing in it is
            ever removed
          </li>
          <li>pictures taken at access points, as evidence of those entries</li>
          <li>an entry that says who deleted the person, and when</li>
        </ul>
      </div>
      <p>This cannot be undone.</p>
    </>
  );
}

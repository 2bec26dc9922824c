import { useQuery } from "@tanstack/react-query";
import { ScanFace, Trash2 } from "lucide-react";
import { useState } from "react";
import { client, pictureUrl } from "../../../api/client";
import { credentialsQuery, enrolFaces, usePeopleChange } from "../../../api/people";
import { useMay } from "../../../api/session";
import type { Credential, Person } from "../../../api/types";
import { Button, IconButton } from "../../../ui/Button";
import { Confirm, Dialog } from "../../../ui/Dialog";
import { count } from "../../../ui/format";
import { Panel } from "../../../ui/Panel";
import { Picture } from "../../../ui/Picture";
import { Empty, Failed, Skeleton } from "../../../ui/States";
import { Time } from "../../../ui/Time";
import { said } from "../../../ui/Toasts";
import { Enrol } from "../enrol/Enrol";
import { useImages } from "../enrol/useImages";
import { Tags } from "./Tags";
import css from "./Person.module.css";

type FaceCredential = Extract<Credential, { kind: "face" }>;

/** By what the person can be recognised: faces and tags. */
export function Credentials({ person }: { person: Person }) {
  const mayEdit = useMay("operator");
  const [enrolling, setEnrolling] = useState(false);
  const credentials = useQuery(credentialsQuery(person.id));
  if (credentials.isError) return <Failed error={credentials.error} retry={() => void credentials.refetch()} />;
  if (!credentials.data) {
    return (
      <Panel title="Face">
        <Skeleton rows={3} />
      </Panel>
    );
  }
  const faces = credentials.data.credentials.filter((one) => one.kind === "face");
  return (
    <>
      <Panel
        title="Face"
        aside={
          mayEdit && (
            <Button size="s" icon={ScanFace} onClick={() => setEnrolling(true)}>
              Enrol pictures
            </Button>
          )
        }
      >
        {faces.length === 0 ? (
          <Empty icon={ScanFace} title="No face is enrolled">
            Cameras see a stranger until at least one picture is enrolled. Three or more recognise best.
          </Empty>
        ) : (
          <ul className={css.faces}>
            {faces.map((face) => (
              <FaceItem key={face.id} face={face} person={person} />
            ))}
          </ul>
        )}
      </Panel>
      <Tags person={person} credentials={credentials.data} />
      {enrolling && <EnrolDialog person={person} onClose={() => setEnrolling(false)} />}
    </>
  );
}

function FaceItem({ face, person }: { face: FaceCredential; person: Person }) {
  const mayEdit = useMay("operator");
  const [asking, setAsking] = useState(false);
  const remove = usePeopleChange(() =>
    client.DELETE("/api/v1/people/{id}/credentials/{credential}", { params: { path: { id: person.id, credential: face.id } } }),
  );
  return (
    <li className={css.face}>
      <Picture src={pictureUrl(face.picture)} alt={`Picture a template of ${person.name} was made from`} />
      {mayEdit && (
        <IconButton
          className={css.faceRemove}
          size="s"
          variant="secondary"
          icon={Trash2}
          label="Remove this face"
          onClick={() => setAsking(true)}
        />
      )}
      <p className="small muted">
        <Time at={face.enrolled_at} show="ago" />
      </p>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title="Remove this face?"
        confirm="Remove"
        danger
        onConfirm={() => remove.mutateAsync(undefined)}
      >
        <p>The template and its photograph are removed at once. The others stay.</p>
      </Confirm>
    </li>
  );
}

function EnrolDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const images = useImages(person.id);
  const enrol = usePeopleChange(async () => {
    const findings = await enrolFaces(
      person.id,
      images.candidates.map((candidate) => candidate.blob),
      images.overruled,
    );
    return findings.map((finding) => Boolean(finding.credential));
  });
  const submit = () =>
    enrol.mutate(undefined, {
      onSuccess: (taken) => {
        const enrolled = taken.filter(Boolean).length;
        const all = enrolled >= images.good;
        said(
          `${count(enrolled, "picture", "pictures")} enrolled`,
          all ? "Recognised from now on." : "Something else was found in the others by now.",
        );
        if (all) onClose();
        else images.leave((place) => !taken[place]);
      },
    });
  return (
    <Dialog
      open
      onClose={onClose}
      kind="side"
      title={`Enrol ${person.name}`}
      about="Takes effect at once."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={images.good === 0} busy={enrol.isPending || images.looking} onClick={submit}>
            Enrol {count(images.good, "picture", "pictures")}
          </Button>
        </>
      }
    >
      <Enrol images={images} />
    </Dialog>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PencilLine } from "lucide-react";
import { useState, type ReactNode } from "react";
import { pictureUrl, printUrl } from "../../api/client";
import { useMay } from "../../api/session";
import { strangerOnQuery } from "../../api/strangers";
import type { Passage } from "../../api/types";
import { DirectionBadge, OutcomeBadge, Remarks } from "../../passage/Badges";
import { fingerLine } from "../../passage/finger";
import { passageName, personName } from "../../passage/name";
import { Why } from "../../passage/Why";
import { Button } from "../../ui/Button";
import { count, skew } from "../../ui/format";
import { Facts } from "../../ui/Panel";
import { Picture } from "../../ui/Picture";
import { Note } from "../../ui/States";
import { Time } from "../../ui/Time";
import { takens } from "../../words";
import { NotThisPerson } from "./NotThisPerson";
import css from "./Log.module.css";

/** A passage in full: pictures, why, evidence, where its time comes from. */
export function PassageDetail({ passage }: { passage: Passage }) {
  const mayCorrect = useMay("operator");
  const [correcting, setCorrecting] = useState(false);
  const { person } = passage;
  const press = printUrl(passage.fingerprint?.picture);
  return (
    <>
      <div className={css.pictures}>
        {registered(passage).map(({ photo, of, caption }) => (
          <figure key={caption}>
            <Picture src={pictureUrl(photo)} alt={of ? `Registered photograph of ${of}` : ""} none="Nothing registered" />
            <figcaption>{caption}</figcaption>
          </figure>
        ))}
        {(passage.picture || !press) && (
          <figure>
            <Picture src={pictureUrl(passage.picture)} alt="Picture of the passage" fit="contain" />
            <figcaption>At the access point</figcaption>
          </figure>
        )}
        {press && (
          <figure className={css.press}>
            <Picture src={press} alt="Press of the finger" fit="contain" />
            <figcaption>The press</figcaption>
          </figure>
        )}
      </div>
      <div className="row">
        <OutcomeBadge passage={passage} size="l" />
        <DirectionBadge direction={passage.access_point.direction} size="l" />
        <Remarks passage={passage} />
      </div>
      <Facts items={facts(passage)} />
      {mayCorrect && !person && passage.picture && <SeenBefore picture={passage.picture} />}
      {mayCorrect && person && (
        <div>
          <Button icon={PencilLine} size="s" onClick={() => setCorrecting(true)}>
            Not this person
          </Button>
        </div>
      )}
      <div className={css.section}>
        <h3>Why</h3>
        <Why passage={passage} />
      </div>
      <div className={css.section}>
        <h3>Where the time comes from</h3>
        <Facts items={provenance(passage)} />
      </div>
      {correcting && <NotThisPerson passage={passage} onClose={() => setCorrecting(false)} />}
    </>
  );
}

interface Registered {
  photo: string | null | undefined;
  /** Whose it is. */
  of?: string;
  caption: string;
}

/** What is registered of the person, or of both whom the face is like. */
function registered(passage: Passage): Registered[] {
  if (passage.person) {
    return [{ photo: passage.person.photo, of: passageName(passage), caption: "Registered" }];
  }
  if (passage.one_of.length === 0) return [{ photo: null, caption: "Registered" }];
  return passage.one_of.map((person) => ({
    photo: person.photo,
    of: personName(person),
    caption: `Registered: ${personName(person)}`,
  }));
}

/** Says of a stranger how often they were seen, while that is kept. */
function SeenBefore({ picture }: { picture: string }) {
  const stranger = useQuery(strangerOnQuery(picture)).data;
  if (!stranger || stranger.times < 2) return null;
  return (
    <Note>
      Seen before: {count(stranger.times, "time", "times")} since <Time at={stranger.first_seen} show="full" seconds={false} />.{" "}
      <Link to="/people" search={{ view: "strangers" }}>
        Strangers
      </Link>
    </Note>
  );
}

function facts(passage: Passage): [string, ReactNode][] {
  const { person } = passage;
  const items: [string, ReactNode][] = [];
  if (person && !person.deleted) {
    items.push([
      "Person",
      <Link key="person" to="/people/$id" params={{ id: person.id }}>
        {passageName(passage)}
      </Link>,
    ]);
    items.push(["Number", person.number]);
  }
  items.push(
    ["Access point", passage.access_point.name || "Removed since"],
    ["When", <Time key="at" at={passage.at} show="exact" />],
    ["Passed", takens[passage.taken]],
  );
  if (passage.reported) items.push(["Reported", "The device had opened the door already"]);
  if (passage.finger) items.push(["Finger", `Number ${passage.finger}, matched by the device`]);
  if (passage.fingerprint) items.push(["Finger", fingerLine(passage.fingerprint)]);
  if (passage.tag)
    items.push(["Tag", <code key="tag">{`${passage.tag.tag}${passage.tag.issued ? " (issued here)" : ""}`}</code>]);
  if (passage.name_on_card && passage.name_on_card !== person?.name) items.push(["Name on the card", passage.name_on_card]);
  items.push(
    ["Devices", passage.devices.map((device) => device.name || "Removed since").join(", ") || "None"],
    ["ONVIF topic", <code key="topic">{passage.topic}</code>],
  );
  return items;
}

function provenance({ time }: Passage): [string, ReactNode][] {
  const items: [string, ReactNode][] = [
    [
      "Counted",
      time.source === "server" ? "The server's time of receipt" : "The device's time: stored offline and delivered later",
    ],
    ["Received", <Time key="received" at={time.received_at} show="exact" />],
  ];
  if (time.device.state === "claimed")
    items.push(
      ["Device said", <Time key="device" at={time.device.at} show="exact" />],
      ["Device's clock", time.device.synced ? "Set from a trusted source" : "Not known to be set"],
    );
  else if (time.device.state === "impossible")
    items.push(["Device said", <code key="text">{`${time.device.text || "(empty)"}: impossible, set aside`}</code>]);
  else items.push(["Device said", "No time"]);
  if (time.skew_ms !== null && time.skew_ms !== undefined) items.push(["Skew", skew(time.skew_ms)]);
  return items;
}

import { Link } from "@tanstack/react-router";
import { pictureUrl, printUrl } from "../../api/client";
import { useMay } from "../../api/session";
import type { Passage } from "../../api/types";
import { DirectionBadge, OutcomeBadge, Remarks } from "../../passage/Badges";
import { passageName } from "../../passage/name";
import { Why } from "../../passage/Why";
import { cx } from "../../ui/cx";
import { Picture } from "../../ui/Picture";
import { Time } from "../../ui/Time";
import { detailFacts } from "../people/details";
import css from "./LastPassage.module.css";

/** The last passage, large: the registered photograph beside the live one, the registry's fields, and why. */
export function LastPassage({ passage }: { passage: Passage }) {
  const { person } = passage;
  const mayRead = useMay("auditor");
  const press = printUrl(passage.fingerprint?.picture);
  const tone = passage.outcome === "denied" ? css.denied : passage.taken === "not_taken" ? css.notTaken : css.granted;
  const facts = person ? detailFacts(person) : [];
  return (
    <section className={cx(css.last, tone)} aria-label="Last passage">
      <div className={css.pictures}>
        <figure>
          <Picture
            src={pictureUrl(person?.photo)}
            alt={person ? `Registered photograph of ${passageName(passage)}` : ""}
            none={person ? "No photograph registered" : "Nobody registered"}
          />
          <figcaption>Registered</figcaption>
        </figure>
        {(passage.picture || !press) && (
          <figure key={passage.event}>
            <Picture
              src={pictureUrl(passage.picture)}
              alt={`Picture taken at ${passage.access_point.name}`}
              none="No picture taken"
            />
            <figcaption>At the access point</figcaption>
          </figure>
        )}
        {press && (
          <figure className={css.press}>
            <Picture src={press} alt={`Press of the finger at ${passage.access_point.name}`} fit="contain" />
            <figcaption>The press</figcaption>
          </figure>
        )}
      </div>
      <div className={css.words}>
        <div className={css.who}>
          <div className={css.badges}>
            <OutcomeBadge passage={passage} size="l" />
            <DirectionBadge direction={passage.access_point.direction} size="l" />
            <Remarks passage={passage} />
          </div>
          <div>
            <h2 className={css.name}>
              {person && !person.deleted ? (
                <Link to="/people/$id" params={{ id: person.id }}>
                  {passageName(passage)}
                </Link>
              ) : (
                passageName(passage)
              )}
            </h2>
            <p className={css.where}>
              {passage.access_point.name} · <Time at={passage.at} /> · <Time at={passage.at} show="ago" />
            </p>
          </div>
          {facts.length > 0 && (
            <dl className={css.facts}>
              {facts.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
        <div className={css.why}>
          <h3>Why</h3>
          <Why passage={passage} />
          {mayRead && (
            <Link to="/log" search={{ event: passage.event }} className="small">
              Entry {passage.index} of the log
            </Link>
          )}
        </div>
      </div>
    </section>
  );
}

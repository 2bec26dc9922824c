import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import type { Passage } from "../api/types";
import { Alike, PersonLink } from "./Alike";
import { reasons, rules } from "../words";
import { Scores } from "./Scores";
import css from "./Why.module.css";

/** Why it was decided so: the rule, the reasons, the scores. */
export function Why({ passage }: { passage: Passage }) {
  return (
    <div className={css.why}>
      <p>{rules[passage.rule]}</p>
      {passage.reasons.length > 0 && (
        <ul className={css.reasons}>
          {passage.reasons.map((reason) => (
            <li key={reason}>
              <ArrowRight size={14} aria-hidden />
              {reasons[reason]}
            </li>
          ))}
        </ul>
      )}
      {passage.one_of.length > 0 && (
        <p>
          <Alike people={passage.one_of} settled={!passage.reasons.includes("not_told_apart")} />.
        </p>
      )}
      {passage.before && (
        <p>
          Was held to be <PersonLink person={passage.before} /> before:{" "}
          <Link to="/log" search={{ person: passage.before.id, access_point: passage.access_point.id }}>
            their passages here
          </Link>
          .
        </p>
      )}
      <Scores passage={passage} />
    </div>
  );
}

import { ArrowRight } from "lucide-react";
import type { Passage } from "../api/types";
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
      <Scores passage={passage} />
    </div>
  );
}

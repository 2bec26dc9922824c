import type { FaceProblem, Finding, Overruled } from "../../../api/types";

/** A picture that is taken all the same, by its key and place, with what is wrong with it. */
export interface Taken {
  key: number;
  image: number;
  problems: FaceProblem[];
}

/** All that is wrong with a picture, to be compared. */
export function allWrong(finding: Finding | undefined): string {
  const problems = finding?.problems ?? [];
  return problems.map((one) => ("person" in one ? `${one.problem} ${one.person.id}` : one.problem)).join();
}

/**
 * Which pictures are taken all the same: those of which nothing else is found now than when somebody insisted. `keys` and
 * `findings` are in the same order; `insisted` holds by key what was wrong then.
 */
export function takenAllTheSame(keys: number[], findings: Finding[] | null, insisted: ReadonlyMap<number, string>): Taken[] {
  return keys.flatMap((key, image) => {
    const finding = findings?.[image];
    const same = finding !== undefined && insisted.get(key) === allWrong(finding);
    return same && finding.can_be_overruled ? [{ key, image, problems: finding.problems }] : [];
  });
}

/** What is overruled, as the API takes it. */
export function overruledOf(taken: Taken[]): Overruled[] {
  return taken.flatMap(({ image, problems }) =>
    problems.map((one) => ({ image, finding: one.problem, ...("person" in one && { person: one.person.id }) })),
  );
}

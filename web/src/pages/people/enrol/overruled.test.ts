import { describe, expect, it } from "vitest";
import type { FaceProblem, Finding } from "../../../api/types";
import { allWrong, overruledOf, takenAllTheSame } from "./overruled";
import { overruleHint } from "./problems";

const person = (id: string) => ({ id, name: "Ada", number: "17", department: "", photo: null, deleted: false });
const masked: FaceProblem = { problem: "mouth_covered" };
const like = (id: string): FaceProblem => ({ problem: "looks_like", person: person(id) });
const found = (...problems: FaceProblem[]): Finding => ({ problems, can_be_overruled: problems.length > 0, face: null });

describe("pictures that are taken all the same", () => {
  const insisted = new Map([[7, allWrong(found(masked, like("ada")))]]);

  it("are sent with what was shown, and whom the face looks like", () => {
    const taken = takenAllTheSame([3, 7], [found(), found(masked, like("ada"))], insisted);
    expect(overruledOf(taken)).toEqual([
      { image: 1, finding: "mouth_covered" },
      { image: 1, finding: "looks_like", person: "ada" },
    ]);
  });

  it("are no longer taken when something else is found, somebody else, or less", () => {
    for (const now of [found(masked, like("bea")), found(like("ada")), found({ problem: "eyes_covered" }, like("ada"))]) {
      expect(takenAllTheSame([7], [now], insisted)).toEqual([]);
    }
    expect(takenAllTheSame([7], null, insisted)).toEqual([]);
  });

  it("are never those that cannot be overruled", () => {
    const blurred: Finding = { ...found({ problem: "blurred" }), can_be_overruled: false };
    expect(takenAllTheSame([1], [blurred], new Map([[1, allWrong(blurred)]]))).toEqual([]);
  });

  it("say when it is right to take them, by what is wrong", () => {
    expect(overruleHint([masked])).toMatch(/beard/);
    expect(overruleHint([like("ada")])).not.toMatch(/beard/);
    expect(overruleHint([masked, like("ada")])).toMatch(/beard.*twin.*log keeps/);
  });
});

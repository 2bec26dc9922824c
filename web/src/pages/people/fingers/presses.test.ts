import { describe, expect, it } from "vitest";
import type { Enrolment, PersonBrief, Press, PressAdvice } from "../../../api/types";
import { attempted, begun, isSettled, pressed } from "./presses";

const ada: PersonBrief = { id: "p1", number: "7", name: "Ada", department: "", photo: null, deleted: false };
const bea: PersonBrief = { ...ada, id: "p2", number: "8", name: "Bea" };

function enrolment(done: number, belongs_to: PersonBrief | null = null): Enrolment {
  const complete = done >= 3 && belongs_to === null;
  return { id: "e1", person: ada, position: "left_thumb", duress: false, needed: 3, done, complete, belongs_to, expires_at: "" };
}

function press(picture: string, done: number, advice: PressAdvice | null = null, owner: PersonBrief | null = null): Press {
  return { taken: advice === null, advice, sentence: "", quality: 60, picture, enrolment: enrolment(done, owner) };
}

const pictures = (presses: Press[]) => presses.map((one) => one.picture);

describe("an enrolment, press by press", () => {
  it("keeps the presses that were taken, and is complete with the third", () => {
    let presses = begun(enrolment(0));
    presses = pressed(presses, press("a", 1));
    presses = pressed(presses, press("b", 2));
    expect(presses.enrolment.complete).toBe(false);
    presses = pressed(presses, press("c", 3));
    expect(pictures(presses.taken)).toEqual(["a", "b", "c"]);
    expect(presses.enrolment.complete).toBe(true);
  });

  it("tells of a refused press until the next attempt, by the name of its file", () => {
    const first = pressed(begun(enrolment(0)), press("a", 1));
    const refused = pressed(first, press("b", 1, "dry"), "b.png");
    expect(refused.refused.map(({ name, press: { advice } }) => [name, advice])).toEqual([["b.png", "dry"]]);
    expect(pictures(refused.taken)).toEqual(["a"]);
    expect(attempted(refused).refused).toEqual([]);
    expect(attempted(refused).taken).toHaveLength(1);
  });

  it("begins anew when the server gives up what was taken", () => {
    const first = pressed(begun(enrolment(0)), press("a", 1));
    const given = pressed(first, press("b", 0, "other_finger"));
    expect(given.taken).toEqual([]);
    expect(given.beganAnew).toBe(true);
    expect(attempted(given).beganAnew).toBe(false);
  });

  it("a first press that is refused begins nothing anew", () => {
    expect(pressed(begun(enrolment(0)), press("a", 0, "wet")).beganAnew).toBe(false);
  });

  it("needs no more files once it is complete, or the finger is enrolled already", () => {
    expect(isSettled(press("a", 1))).toBe(false);
    expect(isSettled(press("a", 1, "dry"))).toBe(false);
    expect(isSettled(press("a", 3))).toBe(true);
    expect(isSettled(press("a", 0, "belongs_to_somebody", bea))).toBe(true);
  });
});

import { expect, it } from "vitest";
import { afterRefusal } from "./refusal";

it("what was seen stays while the camera waits for its next look, and goes when none comes", () => {
  expect(afterRefusal("busy", 100)).toEqual({});
  expect(afterRefusal("busy", 6000)).toEqual({ refused: "busy", overlays: [] });
  expect(afterRefusal("unreadable", 100)).toEqual({ refused: "unreadable", overlays: [] });
});

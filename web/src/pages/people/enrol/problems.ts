import type { FaceProblem } from "../../../api/types";
import { personName } from "../../../passage/name";

/** What is wrong with an image, and what to do about it. */
export function problemText(problem: FaceProblem): string {
  switch (problem.problem) {
    case "unreadable":
      return "Not an image that can be read. Use a JPEG or PNG.";
    case "no_face":
      return "No face found. Look into the camera, face upright and uncovered.";
    case "two_faces":
      return "More than one face. Only this person may be in the picture.";
    case "too_small":
      return "The face is too small. Come closer.";
    case "blurred":
      return "The face is blurred. Hold still.";
    case "dark":
      return "Too dark. Turn on a light, or face a window.";
    case "glaring":
      return "Too bright: the face is washed out. Move out of the glare.";
    case "turned":
      return "The face is turned away. Look straight into the camera.";
    case "looks_up":
      return "The face looks up. Hold the head level, and the camera at eye height.";
    case "looks_down":
      return "The face looks down. Hold the head level, and the camera at eye height.";
    case "eyes_covered":
      return "Something covers the eyes. Take off dark glasses, and turn on a light.";
    case "mouth_covered":
      return "Something covers mouth or nose. Take off the mask or scarf, and the hand from the face.";
    case "side_covered":
      return "Something covers one half of the face. Both eyes have to be seen.";
    case "cut_off":
      return "The picture ends within the face. Move into the middle, or choose one that shows the whole head.";
    case "one_too_many":
      return "The person has as many enrolled pictures as allowed. Remove one first.";
    case "does_not_match_others":
      return "Does not match the other pictures.";
    case "looks_like":
      return `Looks like ${personName(problem.person)} (${problem.person.number}), who is enrolled already.`;
  }
}

/** When it is right to overrule what was found. */
export function overruleHint(problems: FaceProblem[]): string {
  const twin = problems.some((problem) => problem.problem === "looks_like");
  const covered = problems.some((problem) => problem.problem !== "looks_like");
  const reasons = [
    covered && "For a beard, a headscarf, glasses that stay on.",
    twin && "For a twin: cameras may then name neither of the two, so give both a tag or enrol a finger.",
    "The log keeps that you insisted.",
  ];
  return reasons.filter(Boolean).join(" ");
}

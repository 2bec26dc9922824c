import { describe, expect, it } from "vitest";
import { isReadByServer } from "./pictures";

const head = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe("files of presses", () => {
  it("are sent as they are where the server reads them", () => {
    for (const first of ["\x89PNG\r\n", "II*\0", "MM\0*", "P5\n256"]) expect(isReadByServer(head(first))).toBe(true);
  });

  it("are made a PNG first where only the browser reads them", () => {
    for (const first of ["BM\0\0", "\xff\xd8\xff\xe0", "GIF8", "", "P"]) expect(isReadByServer(head(first))).toBe(false);
  });
});

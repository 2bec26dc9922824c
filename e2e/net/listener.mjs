// A stand-in for a host: listens on the ports named as arguments, says "ready" and answers nothing else.
import { once } from "node:events";
import { createServer } from "node:net";

await Promise.all(
  process.argv.slice(2).map((port) => once(createServer((socket) => socket.on("error", () => {}).end()).listen(Number(port)), "listening")),
);
console.log("ready");

// Child processes of the tests: stock tools, awaited.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a tool to its end; its output, or an error with what it said. */
export async function run(tool, words, { input, ...options } = {}) {
  const child = spawn(tool, words, { stdio: ["pipe", "pipe", "pipe"], ...options });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${tool} ended with ${code}: ${output}`);
  return output;
}

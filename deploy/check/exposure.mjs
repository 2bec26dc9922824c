// What `systemd-analyze security` says of the units; with --write the table in docs/guide/deploy.md is made anew.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

export const units = ["gatebook.service", "gatebook-edge.service", "gatebook-vision@.service"];

// systemd-analyze reads what lies beside a unit, too.
const dropIns = new Set(["gatebook.service"]);

/** Overall exposure of a unit, and what is left open, with its weight. */
export function exposure(unit) {
  const file = fileURLToPath(new URL(`../systemd/${unit}`, import.meta.url));
  const said = spawnSync("systemd-analyze", ["security", "--offline=true", "--no-pager", file], { encoding: "utf8" }).stdout;
  const left = [...said.matchAll(/^✗ (\S+)\s.*?(\d\.\d)\s*$/gm)].map(([, name, weight]) => ({ name, weight: Number(weight) }));
  return { overall: Number(/Overall exposure level for .*: (\d+\.\d)/.exec(said)?.[1]), left };
}

function table() {
  const version = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" }).stdout.split("\n")[0];
  const rows = units.map((unit) => {
    const { overall, left } = exposure(unit);
    return `| \`${unit}\`${dropIns.has(unit) ? ", private part" : ""} | ${overall.toFixed(1)} | ${left.map(({ name, weight }) => `\`${name.replaceAll("|", "\\|")}\` ${weight}`).join(", ")} |`;
  });
  return `By \`node deploy/check/exposure.mjs --write\`, ${version}; 0 is best, 10 worst:\n\n| unit | exposure | what is left open |\n|---|---|---|\n${rows.join("\n")}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const guide = new URL("../../docs/guide/deploy.md", import.meta.url);
  const marks = /(<!-- exposure -->\n)[\s\S]*(<!-- \/exposure -->)/;
  if (process.argv.includes("--write")) writeFileSync(guide, readFileSync(guide, "utf8").replace(marks, (_, first, last) => first + table() + last));
  else process.stdout.write(table());
}

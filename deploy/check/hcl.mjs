// As much of Terraform's language as the checks need: blocks, their items, and what refers to what.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The top-level blocks of all .tf files of a folder: `{file, kind, labels, body}`. */
export function blocks(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".tf"));
  return files.flatMap((file) => {
    const text = readFileSync(path.join(folder, file), "utf8");
    return items(text).map((item) => ({ file, ...header(item), body: inside(item) }));
  });
}

/** Splits a body into its items (an argument or a block each), without comments. */
export function items(body) {
  const found = [];
  let lines = [];
  let depth = 0;
  const clean = code(body).split("\n");
  body.split("\n").forEach((line, at) => {
    if (lines.length === 0 && clean[at].trim() === "") return;
    lines.push(clean[at].trim() === "" && depth === 0 ? "" : line);
    depth += count(clean[at], /[{[(]/g) - count(clean[at], /[}\])]/g);
    if (depth === 0) {
      found.push(lines.join("\n"));
      lines = [];
    }
  });
  return found;
}

/** Kind and labels of a block, or the name of an argument. */
export function header(item) {
  const [, kind, labels, mark] = /^\s*([\w-]+)((?:\s+"[^"]*")*)\s*([{=])/.exec(item) ?? [];
  return { kind, labels: [...(labels ?? "").matchAll(/"([^"]*)"/g)].map(([, label]) => label), argument: mark === "=" };
}

/** What stands between a block's braces. */
export function inside(item) {
  return item.slice(item.indexOf("{") + 1, item.lastIndexOf("}"));
}

/** The names an expression refers to after this prefix, such as `var` or `module\.flows`. */
export function references(text, prefix) {
  return [...code(text).matchAll(new RegExp(`(?<![\\w.])${prefix}\\.([a-z_][\\w]*)`, "g"))].map(([, name]) => name);
}

function count(text, pattern) {
  return text.match(pattern)?.length ?? 0;
}

/** The text with comments and the words of strings blanked; interpolations stay, lines stay in place. */
export function code(text) {
  let out = "";
  const modes = [];
  for (let at = 0; at < text.length; ) {
    const mode = modes.at(-1) ?? "code";
    const rest = text.slice(at);
    const [taken, shown] = mode === "string" || mode === "heredoc" ? literal(rest, mode, modes) : expression(rest, modes);
    out += shown;
    at += taken;
  }
  return out;
}

function expression(rest, modes) {
  const comment = /^(#|\/\/)[^\n]*/.exec(rest)?.[0];
  if (comment) return [comment.length, ""];
  const heredoc = /^<<-?(\w+)\n/.exec(rest);
  if (heredoc) {
    modes.push("heredoc");
    modes.end = heredoc[1];
    return [heredoc[0].length, "\n"];
  }
  if (rest[0] === '"') modes.push("string");
  if (rest[0] === "{") modes.push("braces");
  // An interpolation's own brace is blanked like its beginning.
  if (rest[0] === "}" && modes.pop() === "interpolation") return [1, " "];
  return [1, rest[0] === '"' ? " " : rest[0]];
}

function literal(rest, mode, modes) {
  if (rest.startsWith("$${") || rest.startsWith("\\")) return [2, "  "];
  if (rest.startsWith("${") || rest.startsWith("%{")) {
    modes.push("interpolation");
    return [2, "  "];
  }
  const end = mode === "heredoc" && new RegExp(`^[ \\t]*${modes.end}(?=\\n|$)`).exec(rest)?.[0];
  if (end || (mode === "string" && rest[0] === '"')) {
    modes.pop();
    return [end ? end.length : 1, " "];
  }
  return [1, rest[0] === "\n" ? "\n" : " "];
}

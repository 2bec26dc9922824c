// The same Terraform with every Azure resource replaced by Terraform's built-in `terraform_data`, so
// that a plan can be made where neither provider nor account is at hand: every expression, loop and
// condition is evaluated; only what Azure itself would answer is unknown.
import { header, inside, items } from "./hcl.mjs";

const apart = ["count", "for_each", "depends_on"];
const dropped = ["lifecycle"];
// What Azure tells only once a resource is there.
const answers = ["id", "fqdn", "ip_address"];

/** One block of a .tf file, translated; providers are left out. */
export function translate({ kind, labels, body }) {
  if (kind === "terraform" || kind === "provider") return "";
  if (kind !== "resource") return refer(`${[kind, ...labels.map((label) => `"${label}"`)].join(" ")} {${body}}\n`);
  const parts = items(body);
  const named = (names) => parts.filter((item) => names.includes(header(item).kind));
  const rest = parts.filter((item) => ![...apart, ...dropped].includes(header(item).kind));
  const outside = named(apart).join("\n");
  return refer(`resource "terraform_data" "${labels.join("_")}" {\n${outside}\n  input = {\n${rest.map(value).join("\n")}\n  }\n}\n`);
}

function value(item) {
  const { kind, labels, argument } = header(item);
  if (argument) return item;
  if (kind === "dynamic") return several(labels[0], items(inside(item)));
  return `${kind} = {\n${items(inside(item)).map(value).join("\n")}\n}`;
}

function several(name, parts) {
  const each = parts.find((item) => header(item).kind === "for_each").replace(/^\s*for_each\s*=/, "");
  const content = items(inside(parts.find((item) => header(item).kind === "content")));
  return `${name} = [for ${name} in [for value in ${each.trim()} : { value = value }] : {\n${content.map(value).join("\n")}\n}]`;
}

function refer(text) {
  return text.replace(/\b(azurerm_\w+)\.(\w+)((?:\[[^\]]*\])?)(\.\w+)?/g, (_, type, name, index, field) => {
    const attribute = field?.slice(1);
    const where = answers.includes(attribute) ? "id" : `input.${attribute}`;
    return `terraform_data.${type}_${name}${index}${attribute ? `.${where}` : ""}`;
  });
}

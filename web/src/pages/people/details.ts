import type { PersonBrief, PersonDetails } from "../../api/types";

/** The registry's fields in the order people read them, with the labels of the forms. */
export const detailLabels: Record<keyof PersonDetails, string> = {
  identity_number: "Identity number",
  birth_date: "Date of birth",
  age: "Age",
  gender: "Gender",
  phone: "Phone",
  address: "Address",
  photo_file: "Photo file on the card",
};

/** What is known of a person, without what is empty. */
export function detailFacts(person: PersonBrief & { details?: PersonDetails | null }): [string, string][] {
  const facts: [string, string][] = [];
  if (person.number) facts.push(["Number", person.number]);
  if (person.department) facts.push(["Department", person.department]);
  for (const [field, label] of Object.entries(detailLabels) as [keyof PersonDetails, string][]) {
    const value = person.details?.[field];
    if (value && field !== "photo_file") facts.push([label, value]);
  }
  return facts;
}

export interface PeopleSearch {
  /** Part of a name, a person number or a tag. */
  q?: string;
  /** The form for somebody new is open. */
  add?: 1;
  /** Tags that are out, or people who are like nobody enrolled, instead of people. */
  view?: "tags" | "strangers";
}

export function peopleSearch(search: Record<string, unknown>): PeopleSearch {
  const out: PeopleSearch = {};
  if (typeof search.q === "string" || typeof search.q === "number") out.q = String(search.q);
  if (search.add === 1 || search.add === "1") out.add = 1;
  if (search.view === "tags" || search.view === "strangers") out.view = search.view;
  return out;
}

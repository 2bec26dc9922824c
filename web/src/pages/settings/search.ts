export const sections = ["site", "places", "devices", "gates", "users", "tokens"] as const;
export type Section = (typeof sections)[number];

export interface SettingsSearch {
  tab?: Section;
}

export function settingsSearch(search: Record<string, unknown>): SettingsSearch {
  const tab = sections.find((section) => section === search.tab);
  return tab ? { tab } : {};
}

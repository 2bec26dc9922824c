export interface LiveSearch {
  /** 1: without navigation, for a screen at the gate. */
  kiosk?: 1;
}

export function liveSearch(search: Record<string, unknown>): LiveSearch {
  return search.kiosk === 1 || search.kiosk === "1" ? { kiosk: 1 } : {};
}

import { useEffect, useSyncExternalStore } from "react";

/** Keyboard shortcuts; can be switched off, because speech input types letters. */
const key = "gatebook-keys";
const listeners = new Set<() => void>();

export function keysOn(): boolean {
  return localStorage.getItem(key) !== "off";
}

export function switchKeys(on: boolean): void {
  if (on) localStorage.removeItem(key);
  else localStorage.setItem(key, "off");
  for (const listener of listeners) listener();
}

export function useKeysOn(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, keysOn);
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));
}

/** Calls the action of a key or of a sequence like `g l`; not while somebody types. */
export function useKeys(actions: Record<string, () => void>): void {
  useEffect(() => {
    let prefix = "";
    let at = 0;
    const onKey = (event: KeyboardEvent) => {
      if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const chord = prefix !== "" && event.timeStamp - at < 1200 ? `${prefix} ${event.key}` : event.key;
      const action = actions[chord] ?? actions[event.key];
      prefix = event.key;
      at = event.timeStamp;
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [actions]);
}

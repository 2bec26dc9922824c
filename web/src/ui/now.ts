import { useSyncExternalStore } from "react";

// One timer for all hints on the page, running only while something shows one.
const listeners = new Set<() => void>();
let current = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    current = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function snapshot(step: number): number {
  const now = timer === undefined ? Date.now() : current;
  return Math.floor(now / step) * step;
}

/** Now, in milliseconds, in steps of `step`: re-renders once per step. */
export function useNow(step = 1000): number {
  return useSyncExternalStore(subscribe, () => snapshot(step));
}

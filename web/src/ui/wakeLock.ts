import { useEffect, useState } from "react";

/** Keeps the screen awake while `wanted`; says whether it does. The browser gives it back when hidden. */
export function useWakeLock(wanted: boolean): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!wanted || !("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let ended = false;
    const take = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        const taken = await navigator.wakeLock.request("screen");
        if (ended) return void taken.release();
        lock = taken;
        setHeld(true);
        taken.addEventListener("release", () => setHeld(false));
      } catch {
        setHeld(false); // Low battery or no HTTPS: the screen follows the machine's own settings.
      }
    };
    void take();
    document.addEventListener("visibilitychange", take);
    return () => {
      ended = true;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, [wanted]);
  return held;
}

import { useEffect, useState } from "react";
import { liveSocket } from "./socket";
import type { VerifyProgress } from "./wire";

/** How far a verification of the log is, as pushed; null until the first push. */
export function useVerifyProgress(onEnded: () => void): VerifyProgress | null {
  const [progress, setProgress] = useState<VerifyProgress | null>(null);
  useEffect(() => {
    const socket = liveSocket();
    const take = (pushed: VerifyProgress) => {
      setProgress(pushed);
      if (pushed.ended) onEnded();
    };
    socket.on("verify_progress", take);
    return () => void socket.off("verify_progress", take);
  }, [onEnded]);
  return progress;
}

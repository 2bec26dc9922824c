import { useCallback, useEffect, useRef, useState } from "react";

export type CameraProblem = "insecure" | "unsupported" | "denied" | "missing" | "busy" | "lost";

/** What each problem means, and what to do about it. */
export const cameraAdvice: Record<CameraProblem, { title: string; detail: string }> = {
  insecure: {
    title: "This address may not use the camera",
    detail:
      "Browsers open a camera only over HTTPS or on localhost. Open Gatebook by its https:// address, or on the machine itself as http://localhost.",
  },
  unsupported: { title: "This browser has no camera support", detail: "Use a current Chrome, Edge, Firefox or Safari." },
  denied: {
    title: "The camera was denied",
    detail: "Allow the camera for this site in the address bar's permissions, then try again.",
  },
  missing: { title: "No camera found", detail: "Connect a camera, or enable it in the system's settings, then try again." },
  busy: { title: "The camera is busy", detail: "Another program or tab holds it. Close that one, then try again." },
  lost: { title: "The camera stopped", detail: "It was unplugged or taken by another program. Reconnect it, then try again." },
};

function problemOf(error: unknown): CameraProblem {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "busy";
}

interface Camera {
  video: React.RefObject<HTMLVideoElement | null>;
  running: boolean;
  problem: CameraProblem | null;
  start: () => void;
  stop: () => void;
}

/** This machine's camera, shown in the video element that `video` is put on. */
export function useCamera(deviceId?: string): Camera {
  const video = useRef<HTMLVideoElement>(null);
  const stream = useRef<MediaStream | null>(null);
  const attempt = useRef(0);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<CameraProblem | null>(null);

  const stop = useCallback(() => {
    attempt.current += 1;
    for (const track of stream.current?.getTracks() ?? []) track.stop();
    stream.current = null;
    if (video.current) video.current.srcObject = null;
    setRunning(false);
  }, []);

  const open = useCallback(async () => {
    stop();
    const mine = attempt.current;
    setProblem(null);
    if (!window.isSecureContext) return setProblem("insecure");
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (!media) return setProblem("unsupported");
    try {
      const wanted: MediaTrackConstraints = { width: { ideal: 640 }, height: { ideal: 480 } };
      if (deviceId) wanted.deviceId = { exact: deviceId };
      const got = await media.getUserMedia({ video: wanted, audio: false });
      if (mine !== attempt.current) return got.getTracks().forEach((track) => track.stop());
      stream.current = got;
      got.getVideoTracks()[0]?.addEventListener("ended", () => {
        stop();
        setProblem("lost");
      });
      if (video.current) {
        video.current.srcObject = got;
        await video.current.play();
      }
      setRunning(true);
    } catch (error) {
      if (mine === attempt.current) setProblem(problemOf(error));
    }
  }, [deviceId, stop]);

  useEffect(() => stop, [stop]);
  return { video, running, problem, start: useCallback(() => void open(), [open]), stop };
}

/** One frame of a running video as a JPEG; null while there is none. */
export async function grab(video: HTMLVideoElement, canvas: HTMLCanvasElement, quality = 0.85): Promise<Blob | null> {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0 || height === 0) return null;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

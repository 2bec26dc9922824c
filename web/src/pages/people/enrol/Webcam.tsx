import { Camera, CameraOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "../../../ui/Button";
import { cameraAdvice, grab, useCamera } from "../../../ui/camera";
import { Empty } from "../../../ui/States";
import css from "./Enrol.module.css";

/** This machine's webcam, to take pictures one at a time. */
export function Webcam({ onTake, full, onClose }: { onTake: (blob: Blob) => void; full: boolean; onClose: () => void }) {
  const { video, running, problem, start, stop } = useCamera();
  const canvas = useRef<HTMLCanvasElement | null>(null);
  useEffect(() => {
    start();
    return stop;
  }, [start, stop]);
  const take = async () => {
    canvas.current ??= document.createElement("canvas");
    const blob = video.current && (await grab(video.current, canvas.current, 0.92));
    if (blob) onTake(blob);
  };
  const advice = problem && cameraAdvice[problem];
  return (
    <div className={css.webcam}>
      <div className={css.frame}>
        <video ref={video} muted playsInline aria-label="Webcam" />
        {advice && (
          <div className={css.problemBox}>
            <Empty icon={CameraOff} title={advice.title} action={<Button onClick={start}>Try again</Button>}>
              {advice.detail}
            </Empty>
          </div>
        )}
      </div>
      <div className="row">
        <Button icon={Camera} variant="primary" disabled={!running || full} onClick={() => void take()}>
          Take picture
        </Button>
        <Button variant="ghost" onClick={onClose}>
          Close the webcam
        </Button>
      </div>
    </div>
  );
}

import { Link } from "@tanstack/react-router";
import { CameraOff, LoaderCircle, Maximize, Power, Radio, TriangleAlert } from "lucide-react";
import { useEffect, useRef, type RefObject } from "react";
import { reaches, useSession } from "../../api/session";
import { AwayBanner } from "../../app/PartsBanner";
import { useLeaveStation } from "../../api/station";
import { useStation, type StationState } from "../../live/station";
import type { Overlay } from "../../live/wire";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { cameraAdvice, useCamera, type CameraProblem } from "../../ui/camera";
import { Empty, Note } from "../../ui/States";
import { useWakeLock } from "../../ui/wakeLock";
import { drawOverlays } from "../live/draw";
import { ChallengePanel } from "./ChallengePanel";
import css from "./Station.module.css";

/** The camera runs: its picture, the boxes over it, and what is wrong when something is. */
export function Running({ station }: { station: { device: string; name: string } }) {
  const root = useRef<HTMLElement>(null);
  const { me } = useSession();
  const leave = useLeaveStation();
  return (
    <main ref={root} className={css.running}>
      <title>{`${station.name} · Camera station`}</title>
      <header className={css.head}>
        <h1>{station.name}</h1>
        <div className="row">
          <Button
            size="s"
            icon={Maximize}
            onClick={() => void (document.fullscreenElement ? document.exitFullscreen() : root.current?.requestFullscreen())}
          >
            Full screen
          </Button>
          {reaches(me?.role, "operator") && (
            <Button size="s" icon={Power} busy={leave.isPending} onClick={() => leave.mutate()}>
              Stop being a camera
            </Button>
          )}
        </div>
      </header>
      <StationView />
      {me && (
        <Link to="/live" target="_blank" className="small">
          Open the live page in a new tab
        </Link>
      )}
    </main>
  );
}

/** The video with boxes, and the state of the connection; also in the guide. */
export function StationView() {
  const { video, running, problem, start, stop } = useCamera();
  const station = useStation(video, running);
  useWakeLock(running);
  useEffect(() => {
    start();
    return stop;
  }, [start, stop]);
  return (
    <>
      <div className={css.frame}>
        <video ref={video} muted playsInline aria-label="This camera" />
        <Boxes video={video} overlays={station.overlays} />
        {running && <ChallengePanel challenge={station.challenge} />}
        {problem && <CameraTrouble problem={problem} retry={start} />}
        <div className={css.state}>
          <State camera={running} station={station} />
        </div>
      </div>
      {station.database && <AwayBanner parts={[station.database]} />}
      <Trouble station={station} />
    </>
  );
}

function CameraTrouble({ problem, retry }: { problem: CameraProblem; retry: () => void }) {
  const advice = cameraAdvice[problem];
  return (
    <div className={css.trouble} role="alert">
      <Empty icon={CameraOff} title={advice.title} action={<Button onClick={retry}>Try again</Button>}>
        {advice.detail}
      </Empty>
    </div>
  );
}

function State({ camera, station }: { camera: boolean; station: StationState }) {
  if (!station.connected) {
    return (
      <Badge tone="bad" icon={TriangleAlert}>
        Not connected
      </Badge>
    );
  }
  if (!camera) {
    return (
      <Badge tone="warn" icon={LoaderCircle}>
        Opening the camera
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon={Radio}>
      Live · {station.rate.toFixed(0)} frames/s
    </Badge>
  );
}

function Trouble({ station }: { station: StationState }) {
  if (station.rejected !== null) {
    return (
      <Note tone="bad" title="The server does not take this browser as a camera station">
        It may have been removed or disabled. Sign in and choose a camera station again. ({station.rejected})
      </Note>
    );
  }
  if (station.refused === "unknown_camera")
    return (
      <Note tone="bad" title="This camera was removed or disabled">
        Ask an administrator, then reload this page.
      </Note>
    );
  if (station.refused === "too_large" || station.refused === "unreadable")
    return <Note tone="warn">The server cannot read this camera's pictures. Try another camera or browser.</Note>;
  if (station.refused === "busy") return <Note>Recognition is busy; frames are skipped and the newest is tried again.</Note>;
  return null;
}

/** Boxes over the video, in its own coordinates. */
function Boxes({ video, overlays }: { video: RefObject<HTMLVideoElement | null>; overlays: Overlay[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context) return;
    const width = video.current?.videoWidth || 640;
    const height = video.current?.videoHeight || 480;
    canvas.current.width = width;
    canvas.current.height = height;
    drawOverlays(context, width, height, overlays);
  }, [overlays, video]);
  return <canvas ref={canvas} className={css.boxes} aria-hidden />;
}

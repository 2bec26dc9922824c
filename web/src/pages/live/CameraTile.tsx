import { Loader, Radio, TriangleAlert, VideoOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { watch } from "../../live/frames";
import type { LiveCamera } from "../../live/wire";
import { cx } from "../../ui/cx";
import { useNow } from "../../ui/now";
import { drawFrame } from "./draw";
import css from "./Cameras.module.css";

/** A camera is silent after this long without a frame. */
const silentAfter = 10_000;

export function fullScreen(tile: HTMLElement | null): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void tile?.requestFullscreen();
}

/** A camera's picture; frame and boxes are drawn together, so they stay in step. */
export function CameraTile({ camera }: { camera: LiveCamera }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [opened] = useState(() => Date.now());
  const [frameAt, setFrameAt] = useState<number | null>(null);
  useEffect(
    () =>
      watch(camera.device, (frame) => {
        if (canvas.current) drawFrame(canvas.current, frame);
        // The clock only tells silence: twice a second is often enough to render.
        setFrameAt((before) => (before !== null && Date.now() - before < 500 ? before : Date.now()));
      }),
    [camera.device],
  );
  const waited = useNow() - (frameAt ?? opened);
  const silent = waited > silentAfter;
  const running = frameAt !== null && !silent;
  const state = running ? "Live" : silent ? "No frames" : "Waiting";
  const Icon = running ? Radio : silent ? TriangleAlert : Loader;
  return (
    <button
      type="button"
      id={`camera-${camera.device}`}
      className={cx(css.tile, silent && css.silent)}
      onClick={(event) => fullScreen(event.currentTarget)}
      title="Full screen"
    >
      <canvas ref={canvas} className={css.canvas} width={640} height={480} />
      {!running && <Message silent={silent} connected={camera.connected} seconds={Math.floor(waited / 1000)} />}
      <span className={css.bar}>
        <span className={css.name}>
          {camera.name} <span className={css.where}>{camera.access_point.name}</span>
        </span>
        <span className={cx(css.state, running && css.live, silent && css.alarm)}>
          <Icon size={13} aria-hidden />
          {state}
        </span>
      </span>
    </button>
  );
}

function Message({ silent, connected, seconds }: { silent: boolean; connected: boolean; seconds: number }) {
  if (!silent) {
    return (
      <span className={css.message}>
        <Loader size={24} aria-hidden />
        <span>Waiting for frames</span>
      </span>
    );
  }
  return (
    <span className={css.message}>
      <VideoOff size={26} aria-hidden />
      <strong>No frames for {seconds} s</strong>
      <span>
        {connected
          ? "The camera is connected and sends nothing. Of a camera station, look at its page."
          : "The camera is not connected. Open a camera station's page on its machine; why a network camera is away is in the settings."}
      </span>
    </span>
  );
}

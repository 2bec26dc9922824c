import { useEffect, useRef, useState, type RefObject } from "react";
import type { Part } from "../api/parts";
import { grab } from "../ui/camera";
import { stationSocket } from "./socket";
import { afterRefusal, type Refusal } from "./refusal";
import type { Challenge, Overlay, StationReply } from "./wire";

export interface StationState {
  connected: boolean;
  /** Why the server does not take this browser as a station. */
  rejected: string | null;
  overlays: Overlay[];
  /** What somebody before the camera is asked to do, or came of it. */
  challenge: Challenge | null;
  refused: Refusal | null;
  /** The database on a server, where there is one. */
  database: Part | null;
  /** Frames worked on per second, over the last seconds. */
  rate: number;
}

const idle: StationState = {
  connected: false,
  rejected: null,
  overlays: [],
  challenge: null,
  refused: null,
  database: null,
  rate: 0,
};

/** At most this many frames a second: more tells recognition nothing new. */
const fastest = 1000 / 15;
const answerWithin = 5000;

/** Sends frames of a running video, one in flight: the next is taken when the last was answered, so newest wins. */
export function useStation(video: RefObject<HTMLVideoElement | null>, running: boolean): StationState {
  const [state, setState] = useState(idle);
  const runningNow = useRef(running);
  useEffect(() => {
    runningNow.current = running;
  }, [running]);

  useEffect(() => {
    const socket = stationSocket();
    const canvas = document.createElement("canvas");
    const answered: number[] = [];
    let ended = false;
    let loop: ReturnType<typeof setTimeout> | undefined;
    const change = (part: Partial<StationState>) => setState((before) => ({ ...before, ...part }));

    const take = (reply: StationReply) => {
      const now = performance.now();
      if (reply.frame === "refused") return change(afterRefusal(reply.why, now - (answered.at(-1) ?? -Infinity)));
      answered.push(now);
      while ((answered[0] ?? now) < now - 3000) answered.shift();
      change({ refused: null, overlays: reply.overlays, challenge: reply.challenge ?? null, rate: answered.length / 3 });
    };
    const send = async () => {
      const began = performance.now();
      try {
        const frame = runningNow.current && socket.connected && video.current ? await grab(video.current, canvas) : null;
        if (frame) take((await socket.timeout(answerWithin).emitWithAck("frame", await frame.arrayBuffer())) as StationReply);
      } catch {
        change({ overlays: [] }); // No answer in time: the next frame is tried.
      }
      if (!ended) loop = setTimeout(() => void send(), Math.max(0, fastest - (performance.now() - began)));
    };

    socket.on("connect", () => change({ connected: true, rejected: null }));
    socket.on("disconnect", () => change({ connected: false, overlays: [], challenge: null, database: null }));
    socket.on("database", (database: Part) => change({ database }));
    socket.on("connect_error", (error) => change({ connected: false, rejected: socket.active ? null : error.message }));
    socket.connect();
    void send();
    return () => {
      ended = true;
      clearTimeout(loop);
      socket.disconnect();
      setState(idle);
    };
  }, [video]);
  return state;
}

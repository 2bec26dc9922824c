import { useSyncExternalStore } from "react";
import { client, data, Problem } from "../api/client";
import { applied, namesUnknownArea, withDevice } from "./apply";
import { align } from "./sequence";
import { liveSocket } from "./socket";
import type { Changed, Committed, DevicePush, LiveSnapshot } from "./wire";

export interface LiveState {
  snapshot: LiveSnapshot | null;
  /** Why what is shown may be old; null: it is up to date. */
  stale: "disconnected" | "catching-up" | null;
  /** Until when (browser's clock) what is shown is known to be right. */
  freshAt: number | null;
  /** What the server's front end says of it: the part behind it cannot be reached. null: nothing. */
  fault: string | null;
}

/** Changes of names, photographs and cameras, which the snapshot holds in many places: it is fetched again. */
const renames = new Set<Changed>(["people", "places", "devices", "settings", "corrections"]);

/** How often the snapshot is fetched while there is no live connection, in milliseconds. */
const pollEvery = 10_000;

type Topic = (pushed: Committed) => void;

/** The house as pushed: a snapshot with a sequence number, and what was committed since. */
class HouseState {
  private state: LiveState = { snapshot: null, stale: null, freshAt: null, fault: null };
  private next = 0;
  private waiting: Committed[] | null = null;
  /** Something was missed while the snapshot was on its way. */
  private again = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly topics = new Set<Topic>();

  readonly get = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Tells of each committed entry, whether or not it is on the live page. */
  onCommitted(topic: Topic): () => void {
    this.topics.add(topic);
    return () => this.topics.delete(topic);
  }

  /** Connects; returns how to disconnect. */
  start(): () => void {
    const socket = liveSocket();
    const connected = () => void this.refetch();
    // Why there is no connection is learnt by asking.
    const refused = () => {
      disconnected();
      void this.refetch();
    };
    const disconnected = () =>
      this.set({
        stale: "disconnected",
        freshAt: this.state.stale === null && this.state.snapshot !== null ? Date.now() : this.state.freshAt,
      });
    const dismissed = (reason: string) => {
      disconnected();
      // The server closed it (a session that ended, a restart): the client library does not come back by itself then.
      if (reason === "io server disconnect") setTimeout(() => socket.active || socket.connect(), 2000);
    };
    const committed = (pushed: Committed) => this.take(pushed);
    const resync = () => void this.refetch();
    const device = (pushed: DevicePush) =>
      this.state.snapshot !== null && this.set({ snapshot: withDevice(this.state.snapshot, pushed) });
    socket
      .on("connect", connected)
      .on("disconnect", dismissed)
      .on("connect_error", refused)
      .on("committed", committed)
      .on("resync", resync)
      .on("device", device);
    socket.connect();
    void this.refetch();
    // Where pushes cannot come through, such as behind a proxy that knows no WebSocket, the page still moves.
    const polling = setInterval(() => socket.connected || void this.refetch(), pollEvery);
    return () => {
      clearInterval(polling);
      socket
        .off("connect", connected)
        .off("disconnect", dismissed)
        .off("connect_error", refused)
        .off("committed", committed)
        .off("resync", resync)
        .off("device", device);
      socket.disconnect();
      this.set({ snapshot: null, stale: null, freshAt: null, fault: null });
    };
  }

  /** Fetches the snapshot; entries pushed meanwhile are put onto it. */
  async refetch(): Promise<void> {
    this.again = this.waiting !== null;
    if (this.waiting !== null) return;
    this.waiting = [];
    // After a reconnect what is shown may be old; a refetch that nobody would notice says nothing.
    if (this.state.stale !== null && liveSocket().connected) this.set({ stale: "catching-up" });
    try {
      const snapshot = await data(client.GET("/api/v1/live"));
      this.next = snapshot.sequence;
      const waiting = this.waiting;
      this.waiting = null;
      this.set({ snapshot, stale: liveSocket().connected ? null : this.state.stale, freshAt: Date.now(), fault: null });
      this.apply(waiting);
      if (this.again) void this.refetch();
    } catch (error) {
      this.waiting = null;
      this.set({ stale: "disconnected", fault: error instanceof Problem && error.status === 503 ? error.message : null });
      setTimeout(() => liveSocket().connected && void this.refetch(), 3000);
    }
  }

  private take(pushed: Committed): void {
    for (const topic of this.topics) topic(pushed);
    if (pushed.changed.some((part) => renames.has(part))) this.refetchSoon();
    if (this.waiting !== null) this.waiting.push(pushed);
    else if (this.state.snapshot !== null) this.apply([pushed]);
  }

  /** Once for a burst, such as an import. */
  private refetchSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.refetch();
    }, 400);
  }

  private apply(pushed: Committed[]): void {
    if (this.state.snapshot === null) return;
    const { apply, next, gap } = align(this.next, pushed);
    this.next = next;
    const unknown = apply.some((one) => this.state.snapshot !== null && namesUnknownArea(this.state.snapshot, one));
    if (apply.length > 0) this.set({ snapshot: apply.reduce(applied, this.state.snapshot) });
    if (gap || unknown) void this.refetch();
  }

  private set(change: Partial<LiveState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

export const house = new HouseState();

export function useLiveState(): LiveState {
  return useSyncExternalStore(house.subscribe, house.get);
}

export function useOpenAlerts(): number {
  return useLiveState().snapshot?.alerts.length ?? 0;
}

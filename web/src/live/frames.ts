import type { FrameHead } from "./wire";
import { liveSocket } from "./socket";

export interface Frame extends FrameHead {
  image: ImageBitmap;
}

type Watcher = (frame: Frame) => void;

const watchers = new Map<string, Set<Watcher>>();
let wired = false;

/** Newest wins and one is in flight: the next frame is asked for by acknowledging this one. */
async function onFrame(head: FrameHead, jpeg: ArrayBuffer, acknowledge?: () => void): Promise<void> {
  const watching = watchers.get(head.camera);
  try {
    if (!watching || watching.size === 0) return;
    const image = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
    for (const watcher of watching) watcher({ ...head, image });
    image.close();
  } catch {
    // A frame that cannot be decoded is skipped; the tile says so when none arrives for 10 s.
  } finally {
    acknowledge?.();
  }
}

function wire(): void {
  if (wired) return;
  wired = true;
  const socket = liveSocket();
  socket.on("frame", (head: FrameHead, jpeg: ArrayBuffer, acknowledge?: () => void) => void onFrame(head, jpeg, acknowledge));
  socket.on("connect", () => {
    for (const camera of watchers.keys()) socket.emit("watch", { camera });
  });
}

/** Watches a camera until the returned function is called. */
export function watch(camera: string, watcher: Watcher): () => void {
  wire();
  const socket = liveSocket();
  let set = watchers.get(camera);
  if (!set) {
    set = new Set();
    watchers.set(camera, set);
    if (socket.connected) socket.emit("watch", { camera });
  }
  set.add(watcher);
  return () => {
    set.delete(watcher);
    if (set.size > 0) return;
    watchers.delete(camera);
    if (socket.connected) socket.emit("unwatch", { camera });
  };
}

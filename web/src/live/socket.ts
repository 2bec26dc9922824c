import { io, type Socket } from "socket.io-client";

let shared: Socket | null = null;

/** The connection to `/live`, one for the whole page; it reconnects by itself. */
export function liveSocket(): Socket {
  shared ??= io("/live", { autoConnect: false, transports: ["websocket", "polling"], reconnectionDelayMax: 4000 });
  return shared;
}

/** The connection of a camera station, apart from the user's: it signs in as a device. */
export function stationSocket(): Socket {
  return io("/station", { autoConnect: false, forceNew: true, transports: ["websocket", "polling"], reconnectionDelayMax: 4000 });
}

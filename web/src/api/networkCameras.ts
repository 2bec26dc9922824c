import { queryOptions } from "@tanstack/react-query";
import { client, data } from "./client";
import type { components } from "./schema";

type S = components["schemas"];
export type NetworkCamera = S["NetworkCameraView"];
export type FoundCamera = S["FoundCameraView"];
export type CameraStreams = S["CameraStreamsView"];

export const networkCamerasQuery = queryOptions({
  queryKey: ["devices", "network-cameras"],
  queryFn: () => data(client.GET("/api/v1/network-cameras")),
  refetchInterval: 3_000,
});

/** What is typed into the form; `password` is `null` while the kept one is to stay. */
export interface Asked {
  address: string;
  user: string;
  password: string | null;
}

/** The first picture, or why there is none. */
export async function firstPicture(asked: Asked, device?: string): Promise<Blob> {
  const { data: picture } = await client.POST("/api/v1/network-cameras/test", {
    body: { ...asked, device: device ?? null },
    parseAs: "blob",
  });
  return picture as unknown as Blob;
}

export const discover = (): Promise<FoundCamera[]> => data(client.POST("/api/v1/network-cameras/discover"));

export const streamsOf = (asked: Asked): Promise<CameraStreams> =>
  data(client.POST("/api/v1/network-cameras/streams", { body: asked }));

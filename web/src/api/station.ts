import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, data } from "./client";
import { sessionQuery } from "./session";
import type { Device } from "./types";

/** Makes this browser the camera station `device`, by a cookie of its own. */
export function useBecomeStation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (device: string) => client.POST("/api/v1/devices/{id}/station", { params: { path: { id: device } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
}

/** Ends this browser's being a camera station. */
export function useLeaveStation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => client.DELETE("/api/v1/station"),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
}

/** Adds a camera station at an access point. */
export const addStation = (name: string, accessPoint: string): Promise<Device> =>
  data(
    client.POST("/api/v1/devices", {
      body: { kind: "camera_station", name, access_point: accessPoint, silent_after_s: 60, disabled: false },
    }),
  );

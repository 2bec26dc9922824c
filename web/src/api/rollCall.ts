import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { client, data } from "./client";
import type { RollCall } from "./types";

const of = (camera: string) => ({ params: { path: { id: camera } } });

/** The roll that was called last before a camera; null: none since the start. While it goes on it is asked for each second. */
export function rollCallQuery(camera: string) {
  return queryOptions({
    queryKey: ["roll-call", camera],
    queryFn: async () => (await data<RollCall | undefined>(client.GET("/api/v1/devices/{id}/roll-call", of(camera)))) ?? null,
    refetchInterval: (query) => (query.state.data?.over === false ? 1000 : false),
  });
}

/** Begins one or ends it; what is shown is the answer. */
function useRollCallChange(change: (camera: string) => Promise<RollCall>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (call, camera) => queries.setQueryData(rollCallQuery(camera).queryKey, call),
  });
}

export const useCallRoll = () => useRollCallChange((camera) => data(client.POST("/api/v1/devices/{id}/roll-call", of(camera))));
export const useEndRollCall = () =>
  useRollCallChange((camera) => data(client.POST("/api/v1/devices/{id}/roll-call/done", of(camera))));

/** Where a face of the roll called at that time is. */
export function rollCallFace(camera: string, call: RollCall, face: number): string {
  return `/api/v1/devices/${encodeURIComponent(camera)}/roll-call/faces/${face}?of=${encodeURIComponent(call.begun_at)}`;
}

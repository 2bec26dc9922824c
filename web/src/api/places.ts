import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, data } from "./client";

/** Access points, areas and settings change rarely; a change is pushed and invalidates them. */
const rarely = { staleTime: 300_000 };

export const accessPointsQuery = queryOptions({
  queryKey: ["places", "access-points"],
  queryFn: () => data(client.GET("/api/v1/access-points")),
  ...rarely,
});
export const areasQuery = queryOptions({
  queryKey: ["places", "areas"],
  queryFn: () => data(client.GET("/api/v1/areas")),
  ...rarely,
});
export const gatesQuery = queryOptions({
  queryKey: ["places", "gates"],
  queryFn: () => data(client.GET("/api/v1/gates")),
  ...rarely,
});
export const settingsQuery = queryOptions({
  queryKey: ["places", "settings"],
  queryFn: () => data(client.GET("/api/v1/settings")),
  ...rarely,
});

export function useAccessPoints() {
  return useQuery(accessPointsQuery);
}

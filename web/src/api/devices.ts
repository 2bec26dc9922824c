import { queryOptions } from "@tanstack/react-query";
import { client, data } from "./client";

export const devicesQuery = queryOptions({
  queryKey: ["devices", "list"],
  queryFn: () => data(client.GET("/api/v1/devices")),
  refetchInterval: 15_000,
});
export const incidentsQuery = queryOptions({
  queryKey: ["devices", "incidents"],
  queryFn: () => data(client.GET("/api/v1/incidents")),
  refetchInterval: 15_000,
});

import { queryOptions } from "@tanstack/react-query";
import { client, data } from "./client";

/** Fetched now and then too, so that a push that was lost does not leave the page waiting. */
export const integrityQuery = queryOptions({
  queryKey: ["integrity"],
  queryFn: () => data(client.GET("/api/v1/integrity")),
  refetchInterval: 5_000,
});

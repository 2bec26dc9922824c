import { queryOptions } from "@tanstack/react-query";
import { client, data } from "./client";
import type { components } from "./schema";

/** A part of the house on another host. */
export type Part = components["schemas"]["PartView"];

/** Pushed when one changes; asked now and then too, because a push may be lost. */
export const partsQuery = queryOptions({
  queryKey: ["parts"],
  queryFn: () => data(client.GET("/api/v1/parts")),
  refetchInterval: 30_000,
});

import { queryOptions } from "@tanstack/react-query";
import { client, data } from "./client";

/** The day table of everybody on one date at the site. */
export function dayTableQuery(date: string) {
  return queryOptions({
    queryKey: ["attendance", date],
    queryFn: () => data(client.GET("/api/v1/attendance", { params: { query: { date } } })),
    placeholderData: (before) => before,
  });
}

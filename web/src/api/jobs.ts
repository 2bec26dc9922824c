import { queryOptions } from "@tanstack/react-query";
import { client, data } from "./client";
import type { components } from "./schema";

export type Job = components["schemas"]["JobView"];
export type JobKind = components["schemas"]["JobKind"];

/** Long work since the server started, newest first. Asked again while some runs, so that a push that was lost does no harm. */
export const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: () => data(client.GET("/api/v1/jobs")),
  refetchInterval: (query) => (query.state.data?.some((job) => job.state === "running") ? 2_000 : false),
});

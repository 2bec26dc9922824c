import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { jobsQuery, type Job, type JobKind } from "../api/jobs";
import { liveSocket } from "./socket";

/** The newest job of a kind, as it stands and as it moves; null when there was none since the server started. */
export function useJob(kind: JobKind): Job | null {
  const queries = useQueryClient();
  const jobs = useQuery(jobsQuery);
  useEffect(() => {
    const socket = liveSocket();
    const take = (pushed: Job) => {
      const { queryKey } = jobsQuery;
      // A push has no report, and a job that began elsewhere is not in the list yet: the server is asked.
      if (pushed.state !== "running" || !queries.getQueryData(queryKey)?.some((job) => job.id === pushed.id))
        void queries.invalidateQueries({ queryKey });
      else queries.setQueryData(queryKey, (known) => known?.map((job) => (job.id === pushed.id ? pushed : job)));
    };
    socket.on("job", take);
    return () => void socket.off("job", take);
  }, [queries]);
  return jobs.data?.find((job) => job.kind === kind) ?? null;
}

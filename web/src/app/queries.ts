import { QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "../api/client";
import { sessionQuery } from "../api/session";
import { failed } from "../ui/Toasts";

/** The page's cache. A session that ended is noticed wherever it shows first. */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: ended }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status === 503),
    },
    mutations: { onError: (error) => (failed(error), ended(error)) },
  },
});

function ended(error: unknown): void {
  if (error instanceof Problem && error.status === 401) void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
}

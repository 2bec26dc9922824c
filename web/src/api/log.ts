import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { LogSearch } from "../pages/log/search";
import { siteTimeToInstant } from "../ui/format";
import { client, data } from "./client";
import type { EntryKind, Outcome } from "./types";

export interface LogFilter {
  from?: string;
  until?: string;
  access_point?: string;
  person?: string;
  kind?: EntryKind;
  outcome?: Outcome;
  tag?: string;
}

/** The address's filters as the API's, site times turned into instants. */
export function filterOf(search: LogSearch, zone: string): LogFilter {
  const { event: _event, view: _view, from, until, ...rest } = search;
  const filter: LogFilter = rest;
  const start = from === undefined ? null : siteTimeToInstant(from, zone);
  const end = until === undefined ? null : siteTimeToInstant(until, zone);
  if (start !== null) filter.from = start;
  if (end !== null) filter.until = end;
  return filter;
}

const pageSize = 100;

export function logQuery(filter: LogFilter) {
  return infiniteQueryOptions({
    queryKey: ["log", "list", filter],
    queryFn: ({ pageParam }) =>
      data(
        client.GET("/api/v1/log", {
          params: { query: { ...filter, limit: pageSize, ...(pageParam === null ? {} : { before: pageParam }) } },
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: (before) => before,
  });
}

export function entryQuery(event: string) {
  return queryOptions({
    queryKey: ["log", "entry", event],
    queryFn: () => data(client.GET("/api/v1/log/{event}", { params: { path: { event } } })),
  });
}

export function proofQuery(event: string) {
  return queryOptions({
    queryKey: ["log", "proof", event],
    queryFn: () => data(client.GET("/api/v1/log/{event}/proof", { params: { path: { event } } })),
    staleTime: 0,
    retry: false,
  });
}

export function csvUrl(filter: LogFilter): string {
  return `/api/v1/log.csv?${new URLSearchParams(filter as Record<string, string>)}`;
}

export const unresolvedQuery = infiniteQueryOptions({
  queryKey: ["unresolved"],
  queryFn: ({ pageParam }) =>
    data(
      client.GET("/api/v1/unresolved", {
        params: { query: pageParam === null ? { limit: 50 } : { limit: 50, before: pageParam } },
      }),
    ),
  initialPageParam: null as number | null,
  getNextPageParam: (page) => (page.length < 50 ? null : (page.at(-1)?.number ?? null)),
});

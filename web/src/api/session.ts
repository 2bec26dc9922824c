import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { client, data, keepCsrf } from "./client";
import type { Role, Session } from "./types";

const ranks: Role[] = ["viewer", "auditor", "operator", "admin"];

/** Whether `role` may do what `needed` may. */
export function reaches(role: Role | undefined, needed: Role): boolean {
  return role !== undefined && ranks.indexOf(role) >= ranks.indexOf(needed);
}

async function fetchSession(): Promise<Session> {
  const session = await data(client.GET("/api/v1/session"));
  keepCsrf(session.me?.csrf);
  return session;
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: fetchSession,
  staleTime: 60_000,
  refetchInterval: 60_000,
});

export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether the signed-in user may do what `needed` may. */
export function useMay(needed: Role): boolean {
  return reaches(useSession().me?.role, needed);
}

/** A mutation that ends in a new session. */
function useSessionChange<Input>(change: (input: Input) => Promise<Session>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (session) => {
      keepCsrf(session.me?.csrf);
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, session);
    },
  });
}

export function useSignIn() {
  return useSessionChange((body: { name: string; password: string }) => data(client.POST("/api/v1/session", { body })));
}

export function useSignOut() {
  return useSessionChange(async () => {
    await client.DELETE("/api/v1/session");
    keepCsrf(null);
    return fetchSession();
  });
}

/** Fewest characters of a password; the server says the same. */
export const shortestPassword = 12;

/** The session changes and its user does not: what the page knows stays. */
export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { current: string; password: string }) => data(client.PUT("/api/v1/session/password", { body })),
    onSuccess: (session) => {
      keepCsrf(session.me?.csrf);
      queries.setQueryData(sessionQuery.queryKey, session);
    },
  });
}

export function useAcceptInvitation() {
  return useSessionChange((body: { token: string; name?: string; password: string }) =>
    data(client.POST("/api/v1/invitations/accept", { body })),
  );
}

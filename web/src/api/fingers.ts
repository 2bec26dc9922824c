import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { client, data, upload } from "./client";
import type { Enrolment, Finger, FingerPosition, Press } from "./types";

const of = (id: string) => ({ params: { path: { id } } });
const pageSize = 20;

export function fingersQuery(person: string) {
  return queryOptions({
    queryKey: ["people", person, "fingers"],
    queryFn: () => data(client.GET("/api/v1/people/{id}/fingers", of(person))),
  });
}

/** What a person's fingers were compared with, newest first. */
export function verificationsQuery(person: string) {
  return infiniteQueryOptions({
    queryKey: ["log", "verifications", person],
    queryFn: ({ pageParam }) =>
      data(
        client.GET("/api/v1/people/{id}/fingers/history", {
          params: {
            path: { id: person },
            query: pageParam === null ? { limit: pageSize } : { limit: pageSize, before: pageParam },
          },
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next ?? null,
  });
}

/** Sensors on the server itself, and how they are; asked again because a cable is pulled without a word. */
export const sensorsQuery = queryOptions({
  queryKey: ["fingers", "sensors"],
  queryFn: () => data(client.GET("/api/v1/fingers/sensors")),
  refetchInterval: 5_000,
});

export const locksQuery = queryOptions({
  queryKey: ["fingers", "locks"],
  queryFn: () => data(client.GET("/api/v1/fingers/locks")),
  refetchInterval: 60_000,
});

/** Whose lock-out is lifted. */
export type LockedSubject = { access_point: string } | { person: string };

export function useLift() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: LockedSubject) => client.POST("/api/v1/fingers/locks/lift", { body }),
    onSuccess: () => ["fingers", "people"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] })),
  });
}

export const beginEnrolment = (person: string, position: FingerPosition, duress: boolean): Promise<Enrolment> =>
  data(client.POST("/api/v1/people/{id}/fingers/enrolments", { ...of(person), body: { position, duress } }));

/** Waits for a press on a sensor, up to 20 seconds. */
export const pressOnSensor = (enrolment: string, sensor: string): Promise<Press> =>
  data(client.POST("/api/v1/fingers/enrolments/{id}/sensor", { ...of(enrolment), body: { sensor } }));

/** Sends the picture of a press. */
export function pressFromFile(enrolment: string, image: Blob, name: string, dpi: number): Promise<Press> {
  const form = new FormData();
  form.append("dpi", String(dpi));
  form.append("image", image, name);
  return upload<Press>(`/api/v1/fingers/enrolments/${encodeURIComponent(enrolment)}/image`, form);
}

export const finishEnrolment = (enrolment: string): Promise<Finger> =>
  data(client.POST("/api/v1/fingers/enrolments/{id}/finish", of(enrolment)));

/** Ends an enrolment, also while the page is being left. What is gone already needs no ending. */
export const cancelEnrolment = (enrolment: string): Promise<unknown> =>
  client.DELETE("/api/v1/fingers/enrolments/{id}", { ...of(enrolment), keepalive: true }).catch(() => undefined);

export const removeFinger = ({ person, finger }: { person: string; finger: string }) =>
  client.DELETE("/api/v1/people/{id}/credentials/{credential}", { params: { path: { id: person, credential: finger } } });

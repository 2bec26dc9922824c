import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { client, data, upload } from "./client";
import type { Finding, Overruled, Person, PersonInput } from "./types";

const pageSize = 100;

/** People by name, a page at a time; `text` is part of a name, a number or a tag. */
export function peopleQuery(text: string) {
  return infiniteQueryOptions({
    queryKey: ["people", "list", text],
    queryFn: ({ pageParam }) =>
      data(
        client.GET("/api/v1/people", {
          params: { query: pageParam === null ? { text, limit: pageSize } : { text, limit: pageSize, after: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: (before) => before,
  });
}

/** The first few people that fit a text, for choosing one. */
export function fewPeopleQuery(text: string) {
  return queryOptions({
    queryKey: ["people", "few", text],
    queryFn: () => data(client.GET("/api/v1/people", { params: { query: { text, limit: 8 } } })),
    placeholderData: (before) => before,
  });
}

const of = (id: string) => ({ params: { path: { id } } });

export function personQuery(id: string) {
  return queryOptions({ queryKey: ["people", id], queryFn: () => data(client.GET("/api/v1/people/{id}", of(id))) });
}

export function credentialsQuery(id: string) {
  return queryOptions({
    queryKey: ["people", id, "credentials"],
    queryFn: () => data(client.GET("/api/v1/people/{id}/credentials", of(id))),
  });
}

export function visitsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["people", id, "visits"],
    queryFn: ({ pageParam }) =>
      data(
        client.GET("/api/v1/people/{id}/visits", {
          params: { path: { id }, query: pageParam === null ? { limit: 20 } : { limit: 20, before: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.length < 20 ? null : (page.at(-1)?.entered_at ?? null)),
  });
}

export function personDaysQuery(id: string, from: string, to: string) {
  return queryOptions({
    queryKey: ["people", id, "attendance", from, to],
    queryFn: () => data(client.GET("/api/v1/people/{id}/attendance", { params: { path: { id }, query: { from, to } } })),
  });
}

/** A change to the registry; lists and the person are read anew. */
export function usePeopleChange<Input, Result>(change: (input: Input) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => ["people", "tags"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] })),
  });
}

export const addPerson = (body: PersonInput): Promise<Person> => data(client.POST("/api/v1/people", { body }));
export const changePerson = ({ id, body }: { id: string; body: PersonInput }): Promise<Person> =>
  data(client.PUT("/api/v1/people/{id}", { ...of(id), body }));
export const suspendPerson = (id: string): Promise<Person> => data(client.POST("/api/v1/people/{id}/suspend", of(id)));
export const activatePerson = (id: string): Promise<Person> => data(client.POST("/api/v1/people/{id}/activate", of(id)));
export const deletePerson = (id: string) => client.DELETE("/api/v1/people/{id}", of(id));

function imagesForm(images: Blob[]): FormData {
  const form = new FormData();
  images.forEach((image, i) => form.append("images", image, image instanceof File ? image.name : `webcam-${i + 1}.jpg`));
  return form;
}

/** Looks at images, of `person` where it is somebody who exists, and keeps nothing. */
export function assessFaces(images: Blob[], person?: string, signal?: AbortSignal) {
  const form = imagesForm(images);
  if (person !== undefined) form.append("person", person);
  return upload<Finding[]>("/api/v1/faces/assess", form, signal);
}
/** Enrols the good ones, and those of which all that is wrong is `overruled`; one finding per image. */
export function enrolFaces(id: string, images: Blob[], overruled: Overruled[] = []) {
  const form = imagesForm(images);
  form.append("overruled", JSON.stringify(overruled));
  return upload<Finding[]>(`/api/v1/people/${id}/faces`, form);
}

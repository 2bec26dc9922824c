import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { client, data, upload } from "./client";
import type { AlikeStranger, Person, PersonInput } from "./types";

const of = (id: string) => ({ params: { path: { id } } });

/** Whoever was seen last first. */
export const strangersQuery = queryOptions({
  queryKey: ["strangers", "list"],
  queryFn: () => data(client.GET("/api/v1/strangers", { params: { query: { limit: 200 } } })),
  // Who comes again is not pushed.
  refetchInterval: 15_000,
});

/** The stranger on the picture of a passage, if one is kept. */
export function strangerOnQuery(picture: string) {
  return queryOptions({
    queryKey: ["strangers", "on", picture],
    queryFn: async () => (await data(client.GET("/api/v1/strangers", { params: { query: { picture } } })))[0] ?? null,
  });
}

/** Where and when one was seen, newest first. */
export function sightingsQuery(id: string) {
  return queryOptions({ queryKey: ["strangers", id], queryFn: () => data(client.GET("/api/v1/strangers/{id}", of(id))) });
}

/** A change to what is kept of strangers; people and log are read anew, too. */
export function useStrangerChange<Input, Result>(change: (input: Input) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => ["strangers", "people", "log"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] })),
  });
}

export const makePerson = ({ id, body }: { id: string; body: PersonInput }): Promise<Person> =>
  data(client.POST("/api/v1/strangers/{id}/person", { ...of(id), body }));
export const giveStranger = ({ id, person }: { id: string; person: string }): Promise<Person> =>
  data(client.POST("/api/v1/strangers/{id}/person/{person}", { params: { path: { id, person } } }));
export const forgetStranger = (id: string) => client.DELETE("/api/v1/strangers/{id}", of(id));

/** Those most alike a picture, of which nothing is kept. */
export function alikeStrangers(image: Blob): Promise<AlikeStranger[]> {
  const form = new FormData();
  form.append("image", image);
  return upload<AlikeStranger[]>("/api/v1/strangers/alike", form);
}

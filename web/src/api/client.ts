import createClient from "openapi-fetch";
import type { paths } from "./schema";

/** What went wrong, in the server's words (RFC 9457) or ours when it could not be reached. */
export class Problem extends Error {
  override name = "Problem";
  constructor(
    readonly status: number,
    title: string,
    readonly detail: string,
    readonly field: string | null,
  ) {
    super(sentence(title));
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const unreachable = () =>
  new Problem(0, "Gatebook cannot be reached", "Check the network. The page goes on by itself once the server answers.", null);

let csrf: string | null = null;

/** Keeps the session's CSRF value, which every write carries. */
export function keepCsrf(value: string | null | undefined): void {
  csrf = value ?? null;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = `The server answered ${response.status}`;
  try {
    const body = (await response.clone().json()) as { title?: string; detail?: string; field?: string };
    return new Problem(response.status, body.title ?? fallback, body.detail ?? "", body.field ?? null);
  } catch {
    return new Problem(response.status, fallback, "Try again; if it stays, look into the server's journal.", null);
  }
}

export const client = createClient<paths>({ baseUrl: window.location.origin, credentials: "same-origin" });

client.use({
  onRequest({ request }) {
    if (csrf !== null && request.method !== "GET") request.headers.set("X-Gatebook-CSRF", csrf);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    return response;
  },
  onError({ error }) {
    return error instanceof Problem ? error : unreachable();
  },
});

/** The data of a call; what the middleware did not throw is there. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** Sends files. The generated client does not know how; the answer's type is the caller's to name. */
export async function upload<T>(path: string, form: FormData, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = csrf === null ? {} : { "X-Gatebook-CSRF": csrf };
  let response: Response;
  try {
    response = await fetch(path, { method: "POST", body: form, headers, credentials: "same-origin", signal: signal ?? null });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Where a picture is. */
export function pictureUrl(id: string | null | undefined): string | null {
  return id ? `/api/v1/pictures/${encodeURIComponent(id)}` : null;
}

/** Where the picture of a press of a finger is. */
export function printUrl(id: string | null | undefined): string | null {
  return id ? `/api/v1/prints/${encodeURIComponent(id)}` : null;
}

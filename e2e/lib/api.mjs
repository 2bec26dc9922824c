// The API as a program uses it: signed in with a session, problems as errors.

export class Api {
  constructor(address) {
    this.address = address;
    this.headers = {};
  }

  /** Becomes the first administrator by the one-time link. */
  static async first(gatebook, { name = "warden", password = "a long pass phrase" } = {}) {
    const api = new Api(gatebook.address);
    const token = new URL(await gatebook.oneTimeLink()).hash.replace("#token=", "");
    await api.enter("/invitations/accept", { token, name, password });
    return api;
  }

  static async signIn(gatebook, { name = "warden", password = "a long pass phrase" } = {}) {
    const api = new Api(gatebook.address);
    await api.enter("/session", { name, password });
    return api;
  }

  async enter(path, body) {
    const response = await this.#fetch("POST", path, body);
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    const session = await response.json();
    this.headers = { cookie: cookies.join("; "), "x-gatebook-csrf": session.me.csrf };
  }

  get(path) {
    return this.#json("GET", path);
  }

  post(path, body) {
    return this.#json("POST", path, body);
  }

  put(path, body) {
    return this.#json("PUT", path, body);
  }

  delete(path) {
    return this.#json("DELETE", path);
  }

  /** The bytes of a picture. */
  async picture(id) {
    const response = await this.#fetch("GET", `/pictures/${id}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** The bytes of a press of a finger. */
  async print(id) {
    const response = await this.#fetch("GET", `/prints/${id}`);
    return Buffer.from(await response.arrayBuffer());
  }

  async #json(method, path, body) {
    const response = await this.#fetch(method, path, body);
    const text = await response.text();
    return text === "" ? undefined : JSON.parse(text);
  }

  async #fetch(method, path, body) {
    const form = body instanceof FormData;
    const headers = { ...this.headers, origin: this.address };
    if (body !== undefined && !form) headers["content-type"] = "application/json";
    const content = body === undefined || form ? body : JSON.stringify(body);
    const response = await fetch(`${this.address}/api/v1${path}`, { method, headers, body: content });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}

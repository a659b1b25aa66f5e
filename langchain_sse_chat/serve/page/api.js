// Requests to the server, with the API key if it needs one.

import { Refused } from "./stream.js";

/** Sends requests. `askForKey(isWrong)` asks the user for a key, and may set `key`. */
export class Api {
  #askForKey;
  #asked = null;

  constructor(key, askForKey) {
    this.key = key;
    this.#askForKey = askForKey;
  }

  /** Returns the response to a request that the server has accepted. Throws `Refused`
   * with the server's sentence, and `TypeError` without a connection. */
  async send(path, { headers, json, ...options } = {}) {
    const body = json === undefined ? undefined : JSON.stringify(json);
    for (;;) {
      const { key } = this;
      const response = await fetch(path, {
        ...options,
        body,
        cache: "no-store",
        headers: {
          ...headers,
          ...(body && { "Content-Type": "application/json" }),
          ...(key && { Authorization: `Bearer ${key}` }),
        },
      });
      if (response.status === 401 && (await this.#hasOther(key))) continue;
      if (!response.ok) throw new Refused(await sentence(response), response.status);
      return response;
    }
  }

  /** Returns whether there is another key than the one that was refused. */
  async #hasOther(refused) {
    if (this.key !== refused) return true;
    // Requests at the same time ask once.
    this.#asked ??= this.#askForKey(refused !== null).finally(() => (this.#asked = null));
    await this.#asked;
    return this.key !== refused;
  }
}

async function sentence(response) {
  const text = await response.text();
  const type = response.headers.get("Content-Type") ?? "";
  try {
    if (type.startsWith("text/plain") && text) return text;
    return JSON.parse(text).error.message;
  } catch {
    return `The server answered with the status ${response.status}.`;
  }
}

/** Requests to the server as the teacher of a class or a course. */

import { bearer } from "./my-classes.js";
import { gettext } from "./texts.js";

/** The server did not do it; says why in a sentence, and with which status. */
export class Refused extends Error {
  /**
   * @param {string} sentence
   * @param {number} status 0 where no server of ours has answered
   */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/**
 * The answer to a request; throws a Refused.
 * @param {string} address
 * @param {string | null} token
 * @param {{method?: string, body?: object}} [change]
 */
export async function ask(address, token, { method = "GET", body } = {}) {
  const request = fetch(address, {
    method,
    headers: { "Content-Type": "application/json", ...bearer(token) },
    body: body && JSON.stringify(body),
    keepalive: method !== "GET", // a change is made, even as the page is left
  });
  const answer = await request.catch(() => {
    throw new Refused(
      gettext("The server could not be reached. Is there a connection? Then try again."),
      0,
    );
  });
  if (answer.ok) return answer;
  const { error } = await answer.json().catch(() => ({})); // in front of our server may be others
  if (error) throw new Refused(gettext(error), answer.status);
  throw new Refused(gettext("The server has a problem. Try again later."), 0);
}

/** Before a lesson of a course: go there as soon as it runs, however long that takes. */

import { setText } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

const PAUSE = 5000; // milliseconds between tries, at least, and at most twice that
const PATIENCE = 10_000; // milliseconds for an answer
const LONG = 30 * 60_000; // milliseconds after which a lesson is not to be expected at any moment
const LONG_PAUSE = 30_000;

const since = Date.now();
let next = 0; // the timer of the next try
let isTrying = false;

document.getElementById("again")?.addEventListener("click", () => location.reload());
window.addEventListener("online", attempt);
// A device that slept, or a tab behind others, has timers that are late.
document.addEventListener("visibilitychange", () => document.hidden || attempt());
wait();

function wait() {
  const pause = Date.now() - since < LONG ? PAUSE : LONG_PAUSE;
  clearTimeout(next);
  next = setTimeout(attempt, pause * (1 + Math.random())); // not the whole class at once
}

async function attempt() {
  if (isTrying) return;
  isTrying = true;
  const answer = await ask(location.pathname);
  if (answer?.type === "opaqueredirect") return location.replace(location.pathname);
  // Our own server says so, not a proxy before it: the course is gone, and who goes on asking for
  // it would use up the wrong codes that a school's network may try.
  if (answer?.status === 404 && (await ask("/healthz"))?.ok) return location.reload();
  isTrying = false;
  const isWell = answer?.ok;
  setText("status", isWell ? "" : gettext("The server does not answer. This page keeps trying."));
  wait();
}

/**
 * A redirect, which leads into the lesson, is not followed here: the browser goes itself.
 * @param {string} address
 */
function ask(address) {
  const signal = AbortSignal.timeout(PATIENCE);
  return fetch(address, { method: "HEAD", redirect: "manual", signal }).catch(() => null);
}

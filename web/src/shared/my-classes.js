/** The classes that this browser is a teacher of: no account, only this browser's memory.
 *
 * @import { Mode } from "./contract.js"
 */

import { memory } from "./page.js";

const LIST = "classpulse.classes";
const MOST = 200; // far more than a teacher scrolls through

/**
 * @typedef {object} KnownClass
 * @property {string} code
 * @property {string} title
 * @property {Mode} mode
 * @property {number} created_at seconds since the epoch
 * @property {boolean} [notes_for_students] unknown of classes of earlier releases
 * @property {boolean} [qna] so, too
 * @property {boolean} [simulated] its students are made up
 */

/** @returns {KnownClass[]} newest first; empty where the browser keeps nothing */
export function myClasses() {
  try {
    const known = JSON.parse(memory.get(LIST) ?? "[]");
    return Array.isArray(known) ? known : [];
  } catch {
    return []; // not what this page wrote: begin anew
  }
}

/**
 * @param {KnownClass} known from now on the first of the list
 * @param {string} token the key to it
 */
export function remember(known, token) {
  const others = myClasses().filter(({ code }) => code !== known.code);
  memory.set(LIST, JSON.stringify([known, ...others].slice(0, MOST)));
  keepToken(known.code, token);
}

/**
 * Forget a class and all that opens it. Returns what brings it back, to its place in the list.
 * @param {string} code
 */
export function forget(code) {
  const before = myClasses();
  const index = before.findIndex((known) => known.code === code);
  const token = keptToken(code);
  memory.set(LIST, JSON.stringify(before.filter((known) => known.code !== code)));
  memory.remove(tokenKey(code));
  memory.remove(recordingKey(code));
  return () => {
    if (token !== null) keepToken(code, token);
    const known = before[index];
    if (!known) return;
    const now = myClasses();
    const after = before.slice(index + 1).map((other) => other.code);
    const place = now.findIndex((other) => after.includes(other.code));
    now.splice(place < 0 ? now.length : place, 0, known);
    memory.set(LIST, JSON.stringify(now));
  };
}

/**
 * The teacher's token from the address, out of sight at once; or the one kept from before, which
 * another takes the place of only when it has proved good: then call `keepToken`.
 * @param {string} code
 */
export function takeToken(code) {
  const token = location.hash.slice(1);
  if (!token) return keptToken(code);
  if (keptToken(code) === null) keepToken(code, token);
  history.replaceState(null, "", location.pathname);
  return token;
}

/**
 * @param {string} code
 * @param {string} token
 */
export function keepToken(code, token) {
  memory.set(tokenKey(code), token);
}

/**
 * The teacher's token that this browser keeps, or null.
 * @param {string} code
 */
export function keptToken(code) {
  return memory.get(tokenKey(code));
}

/**
 * What a link to a page of the class needs behind it: the token only if it is not kept, because a
 * screen that is shared may show links.
 * @param {string} code
 * @param {string} token
 */
export function fragment(code, token) {
  return keptToken(code) === token ? "" : `#${token}`;
}

/**
 * What proves to the server that a request is a teacher's.
 * @param {string | null} token
 */
export function bearer(token) {
  return { Authorization: `Bearer ${token}` };
}

/**
 * The time of day at which the recording of a class began, as its teacher typed it, or null.
 * @param {string} code
 */
export const keptRecording = (code) => memory.get(recordingKey(code));

/**
 * @param {string} code
 * @param {string} time
 */
export const keepRecording = (code, time) => memory.set(recordingKey(code), time);

/** @param {string} code */
function recordingKey(code) {
  return `classpulse.recording.${code}`;
}

/** @param {string} code */
function tokenKey(code) {
  return `classpulse.token.${code}`;
}

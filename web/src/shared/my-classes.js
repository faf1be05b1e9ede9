/** The classes and courses that this browser is a teacher of: no account, only this browser's memory.
 *
 * @import { Mode } from "./contract.js"
 */

import { memory } from "./page.js";

const CLASSES = "classpulse.classes";
const COURSES = "classpulse.courses";
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
 * @property {string} [course] the code of the course of which it is a lesson
 *
 * @typedef {object} KnownCourse
 * @property {string} code
 * @property {string} title
 * @property {Mode} mode
 * @property {number} created_at seconds since the epoch
 * @property {string[]} lessons the codes of those to which this browser has keys
 */

/** @returns {KnownClass[]} newest first; empty where the browser keeps nothing */
export const myClasses = () => listAt(CLASSES);

/** @returns {KnownCourse[]} the same of courses, whose lessons are not among the classes */
export const myCourses = () => listAt(COURSES);

/** @param {string} place */
function listAt(place) {
  try {
    const known = JSON.parse(memory.get(place) ?? "[]");
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
  rememberAt(CLASSES, known, token);
}

/**
 * @param {Omit<KnownCourse, "lessons">} known from now on the first of the list
 * @param {string} token the key to it
 */
export function rememberCourse(known, token) {
  const { lessons = [] } = myCourses().find(({ code }) => code === known.code) ?? {};
  rememberAt(COURSES, { ...known, lessons }, token);
}

/**
 * @param {string} place
 * @param {KnownClass | KnownCourse} known
 * @param {string} token
 */
function rememberAt(place, known, token) {
  const others = listAt(place).filter(({ code }) => code !== known.code);
  memory.set(place, JSON.stringify([known, ...others].slice(0, MOST)));
  keepToken(known.code, token);
}

/**
 * Keep the keys to lessons of a course that this browser knows: they are not among the classes then.
 * @param {string} course
 * @param {{code: string, token: string}[]} lessons
 */
export function keepLessons(course, lessons) {
  const courses = myCourses();
  const known = courses.find(({ code }) => code === course);
  if (!known) return; // nothing would ever forget them
  for (const { code, token } of lessons) keepToken(code, token);
  const codes = lessons.map(({ code }) => code);
  known.lessons = [...new Set([...known.lessons, ...codes])];
  memory.set(COURSES, JSON.stringify(courses));
  const others = myClasses().filter(({ code }) => !codes.includes(code));
  memory.set(CLASSES, JSON.stringify(others));
}

/**
 * Forget a class and all that opens it. Returns what brings it back, to its place in the list.
 * @param {string} code
 */
export function forget(code) {
  return forgetAt(CLASSES, code, []);
}

/**
 * The same of a course and its lessons.
 * @param {string} code
 */
export function forgetCourse(code) {
  const known = myCourses().find((course) => course.code === code);
  return forgetAt(COURSES, code, known?.lessons ?? []);
}

/**
 * @param {string} place
 * @param {string} code
 * @param {string[]} more codes of what goes with it
 */
function forgetAt(place, code, more) {
  const before = listAt(place);
  const index = before.findIndex((known) => known.code === code);
  const keys = [code, ...more].flatMap((each) => [tokenKey(each), recordingKey(each)]);
  const kept = keys.map((key) => ({ key, value: memory.get(key) }));
  memory.set(place, JSON.stringify(before.filter((known) => known.code !== code)));
  for (const key of keys) memory.remove(key);
  return () => {
    for (const { key, value } of kept) if (value !== null) memory.set(key, value);
    const known = before[index];
    if (!known) return;
    const now = listAt(place);
    const after = before.slice(index + 1).map((other) => other.code);
    const at = now.findIndex((other) => after.includes(other.code));
    now.splice(at < 0 ? now.length : at, 0, known);
    memory.set(place, JSON.stringify(now));
  };
}

/**
 * The teacher's token from the address, out of sight at once; or the one kept from before, which
 * another takes the place of only when it has proved good: then call `keepToken`.
 * @param {string} code
 */
export function takeToken(code) {
  return takeTokens([code])[0];
}

/**
 * The same of several, which stand in the address one after the other, as a learning platform's
 * launch has them.
 * @param {string[]} codes
 */
export function takeTokens(codes) {
  const given = location.hash.slice(1).split("&");
  if (location.hash) history.replaceState(null, "", location.pathname);
  return codes.map((code, index) => {
    const token = given[index];
    if (!token) return keptToken(code);
    if (keptToken(code) === null) keepToken(code, token);
    return token;
  });
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
 * @param {string | null} [courseToken] if the class is a lesson, and there is one
 */
export function fragment(code, token, courseToken) {
  if (keptToken(code) === token) return "";
  return courseToken ? `#${token}&${courseToken}` : `#${token}`;
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

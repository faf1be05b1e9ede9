/** What a teacher's pages ask the server about a course.
 *
 * @import { Mode, Report } from "./contract.js"
 *
 * @typedef {{code: string, room_url: string, token: string}} Begun a class that runs
 *
 * @typedef {{code: string, title: string, mode: Mode, created_at: number, lesson: Begun | null}} Course
 *
 * @typedef {Pick<Report, "code" | "title" | "mode" | "began" | "ended" | "minutes" | "students" |
 *   "shares" | "pace" | "markers" | "asked" | "moments">} Summary of one class among others
 *
 * @typedef {Summary & Begun & {created_at: number}} Lesson
 */

import { ask } from "./ask.js";
import { fragment, keepLessons } from "./my-classes.js";
import { findAll } from "./page.js";

export const LESSONS_AT_ONCE = 8; // as the server has it

/**
 * A request as the teacher of a course; throws a Refused.
 * @param {string} code of the course
 * @param {string | null} token
 * @param {string} [path] below the course
 * @param {string} [method]
 */
export async function askCourse(code, token, path = "", method = "GET") {
  const answer = await ask(`/api/courses/${code}${path}`, token, { method });
  return answer.status === 204 ? null : answer.json().catch(() => ({}));
}

/**
 * Have a lesson of a course run, and keep its key. Resolves to the address of its room, with both
 * tokens, because a browser may keep nothing; throws a Refused.
 * @param {string} code
 * @param {string | null} token
 */
export async function startLesson(code, token) {
  /** @type {Begun} */
  const begun = await askCourse(code, token, "/lessons", "POST");
  keepLessons(code, [begun]);
  return `${begun.room_url}&${token}`;
}

/**
 * Have the links of a lesson's page lead to all lessons, if there is a key to them.
 * @param {string | undefined} course
 * @param {string | null} [token]
 */
export function linkLessons(course, token) {
  for (const link of findAll(document, ".to-lessons", HTMLAnchorElement)) {
    link.hidden = !token;
    if (course && token) link.href = `/lessons/${course}${fragment(course, token)}`;
  }
}

/**
 * The newest lessons of a course that were opened before a time; throws a Refused.
 * @param {string} code
 * @param {string | null} token
 * @param {number} [before] seconds since the epoch
 * @returns {Promise<Lesson[]>} newest first
 */
export async function lessonsOf(code, token, before) {
  /** @type {Lesson[]} */
  const lessons = await askCourse(code, token, `/lessons${before ? `?before=${before}` : ""}`);
  keepLessons(code, lessons);
  return lessons;
}

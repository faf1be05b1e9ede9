/** Earlier classes of a course, as far as this browser has keys to them.
 *
 * @import { Report } from "../shared/contract.js"
 * @import { Summary } from "../shared/courses.js"
 */

import { LESSONS_AT_ONCE, lessonsOf } from "../shared/courses.js";
import { bearer, keptToken, myClasses } from "../shared/my-classes.js";
import { readReport } from "./read.js";
import { sameCourse } from "./words.js";

/**
 * What there is of the newest earlier classes that the server still has, newest first: of the same
 * course, or where a class is of none, of those that are called alike.
 * @param {Report} report of this one
 * @param {{course?: string, created_at: number}} session of which it is
 * @returns {Promise<Summary[]>}
 */
export async function earlierReports({ code, title, began, simulated }, { course, created_at }) {
  const key = course ? keptToken(course) : null;
  if (course && key) return lessonsOf(course, key, created_at).catch(() => []);
  const known = myClasses().filter(
    (other) =>
      other.code !== code &&
      other.created_at < began &&
      other.course === course &&
      Boolean(other.simulated) === simulated &&
      (course || sameCourse(other.title, title)),
  );
  known.sort((a, b) => b.created_at - a.created_at);
  const newest = known.slice(0, LESSONS_AT_ONCE);
  const reports = await Promise.all(newest.map((each) => reportOf(each.code)));
  return reports.filter((report) => report !== null);
}

/**
 * @param {string} code
 * @returns {Promise<Report | null>}
 */
async function reportOf(code) {
  try {
    const response = await fetch(`/report/${code}.json`, { headers: bearer(keptToken(code)) });
    return response.ok ? await readReport(response) : null;
  } catch {
    return null; // a comparison is no reason to trouble anybody
  }
}

/** Earlier classes of a course, as far as this browser knows them.
 *
 * @import { Report } from "../shared/contract.js"
 */

import { bearer, keptToken, myClasses } from "../shared/my-classes.js";
import { readReport } from "./read.js";
import { sameCourse } from "./words.js";

const MOST = 8;

/**
 * The reports of the newest earlier sessions that the server still has, newest first.
 * @param {Report} report of this one
 */
export async function earlierReports({ code, title, began, simulated }) {
  const known = myClasses().filter(
    (other) =>
      other.code !== code &&
      other.created_at < began &&
      Boolean(other.simulated) === simulated &&
      sameCourse(other.title, title),
  );
  known.sort((a, b) => b.created_at - a.created_at);
  const reports = await Promise.all(known.slice(0, MOST).map((each) => reportOf(each.code)));
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

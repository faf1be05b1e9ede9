/** A report as the server answers with it.
 *
 * @import { Report } from "../shared/contract.js"
 */

/**
 * @param {Response} response
 * @returns {Promise<Report>} a process of an earlier release, beside the one that this page is from,
 *   leaves out what came since
 */
export async function readReport(response) {
  return { moments: [], asked: [], simulated: false, ...(await response.json()) };
}

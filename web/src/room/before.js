/** What students said before: before the teacher's last note, or a while ago.
 *
 * @import { Marker, Pace, Point } from "../shared/contract.js"
 *
 * @typedef {{pace: Record<Pace, number>, note: Marker | null}} Before means; `note`: before which
 */

import { PACES, POINT_SECONDS } from "../shared/contract.js";

const SECONDS = 60; // that are looked at
const RECENT = 15 * 60; // seconds for which a note is worth comparing with,
const NEW = 60; // and for which what came of it is not known yet
const AGO = 5 * 60; // seconds

/**
 * @param {Point[]} points of the timeline
 * @param {Marker[]} markers
 * @param {number} now seconds since the epoch
 * @returns {Before | null} null if there is nothing to compare with
 */
export function saidBefore(points, markers, now) {
  const last = markers.at(-1);
  const note = last && now - last.t >= NEW && now - last.t <= RECENT ? last : null;
  const end = note?.t ?? now - AGO;
  const paces = points
    .filter(({ t }) => t > end - SECONDS && t + POINT_SECONDS / 2 < end)
    .flatMap(({ pace }) => pace ?? []);
  if (paces.length === 0) return null;
  const means = { ...paces[0] };
  for (const word of PACES) {
    means[word] = Math.round(paces.reduce((sum, pace) => sum + pace[word], 0) / paces.length);
  }
  return { pace: means, note };
}

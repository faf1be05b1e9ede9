/** What the class was like before the teacher's last note: did what came then land?
 *
 * @import { Marker, Point } from "../shared/contract.js"
 */

import { POINT_SECONDS } from "../shared/contract.js";
import { valenceText } from "../shared/figures.js";
import { PACE_TOLD, answers, namesOf } from "../shared/labels.js";
import { gettext, listed } from "../shared/texts.js";

const BEFORE = 60; // seconds before the note that are looked at
const RECENT = 15 * 60; // seconds for which a note is worth comparing with

/**
 * @param {Point[]} points of the timeline
 * @param {Marker[]} markers
 * @param {number} now seconds since the epoch
 * @returns {string} "" if there is nothing to compare with
 */
export function beforeTheNote(points, markers, now) {
  const marker = markers.at(-1);
  if (!marker || now - marker.t > RECENT) return "";
  const before = points.filter(
    ({ t }) => t > marker.t - BEFORE && t + POINT_SECONDS / 2 < marker.t,
  );
  const parts = [];
  const valences = before.map(({ valence }) => valence).filter((valence) => valence !== null);
  if (valences.length > 0) {
    const valence = mean(valences);
    parts.push(valenceText(valence));
  }
  const paces = before.map(({ pace }) => pace).filter((pace) => pace !== null);
  for (const word of namesOf(PACE_TOLD)) {
    const count = Math.round(mean(paces.map((pace) => pace[word])));
    if (count > 0) parts.push(answers(count, word));
  }
  if (parts.length === 0 && paces.length > 0) parts.push(gettext("no answers"));
  if (parts.length === 0) return "";
  return gettext("Before “{note}”: {figures}", { note: marker.text, figures: listed(parts) });
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

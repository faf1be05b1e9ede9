/** A class's timeline as rows that charts are drawn from, and as words.
 *
 * @import { Marker, Point, View } from "../shared/contract.js"
 *
 * @typedef {Point | View} Figures
 * @typedef {Figures | (typeof UNKNOWN & {t: number})} Row
 */

import { POINT_SECONDS } from "../shared/contract.js";
import { exactClock, percent, studentsHere, valenceText } from "../shared/figures.js";
import { EMOTION_WORDS, answers, entriesOf, namesOf } from "../shared/labels.js";
import { gettext, listed, ngettext } from "../shared/texts.js";

const JUST_BEFORE = 0.001; // seconds: lines go in steps, because a point is the mean of its time
const UNKNOWN = {
  students: null,
  seen: null,
  shares: null,
  suppressed: null,
  valence: null,
  pace: null,
};

/**
 * Two rows a point, at its start and just before its end; one without figures where a gap begins.
 *
 * @param {Point[]} points in the order of time
 * @param {View | null} view the newest, which stands for the time since the last point
 * @param {number} now seconds since the epoch
 */
export function rowsOf(points, view, now) {
  /** @type {[Figures, number, number][]} */
  const spans = points.map((point) => [point, point.t, point.t + POINT_SECONDS]);
  if (view?.students) {
    const end = spans.at(-1)?.[2] ?? -Infinity;
    // The last point comes a moment after its end; a longer time without points is a gap.
    const joins = now - end < 2 * POINT_SECONDS;
    const start = joins ? end : Math.floor(now / POINT_SECONDS) * POINT_SECONDS;
    spans.push([view, start, Math.max(now, start + 1)]);
  }
  /** @type {Row[]} */
  const rows = [];
  let before = null;
  for (const [figures, start, end] of spans) {
    if (before !== null && start > before) rows.push({ ...UNKNOWN, t: before });
    rows.push({ ...figures, t: start }, { ...figures, t: end - JUST_BEFORE });
    before = end;
  }
  return rows;
}

/**
 * [from, to] of each stretch of rows for which `holds`.
 * @param {Row[]} rows
 * @param {(row: Row) => boolean} holds
 */
export function stretchesOf(rows, holds) {
  /** @type {[number, number][]} */
  const stretches = [];
  /** @type {[number, number] | null} */
  let stretch = null;
  for (const row of rows) {
    if (!holds(row)) stretch = null;
    else if (stretch) stretch[1] = row.t;
    else stretches.push((stretch = [row.t, row.t]));
  }
  return stretches;
}

/**
 * The row that is in force at the time `t`, or null where nothing is known.
 * @param {Row[]} rows
 * @param {number} t
 */
export function rowAt(rows, t) {
  const index = rows.findLastIndex((row) => row.t <= t);
  const row = rows[index];
  if (!row || row.students === null) return null;
  const until = rows[index + 1]?.t ?? row.t + 1;
  return t < until ? row : null;
}

/**
 * What was known at the time `t`, in one line.
 * @param {Figures | null} row
 * @param {number} t
 * @param {Marker[]} markers
 */
export function describe(row, t, markers) {
  const parts = [];
  if (row === null) parts.push(gettext("nothing is known"));
  else parts.push(...looks(row), pace(row), studentsHere(row.students));
  for (const marker of markers) {
    if (Math.abs(marker.t - t) <= POINT_SECONDS) parts.push(`“${marker.text}”`);
  }
  return `${exactClock(t)}: ${parts.join(" · ")}`;
}

/** @param {Figures} row */
function looks({ shares, valence, seen, suppressed }) {
  if (shares === null || valence === null) {
    return suppressed === "few_faces" ? [gettext("looks hidden: too few faces")] : [];
  }
  const words = entriesOf(shares)
    .filter(([, share]) => share > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([emotion, share]) => `${EMOTION_WORDS[emotion]} ${percent(share)}`);
  const parts = [listed(words), valenceText(valence)];
  if (seen !== null) parts.push(ngettext("{count} face read", "{count} faces read", seen));
  return parts;
}

/** @param {Figures} row */
function pace({ pace }) {
  if (pace === null) return gettext("hidden: too few students");
  const said = namesOf(pace).filter((word) => pace[word] > 0);
  if (said.length === 0) return gettext("no answers");
  return listed(said.map((word) => answers(pace[word], word)));
}

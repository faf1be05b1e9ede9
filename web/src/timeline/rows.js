/** A class's timeline as rows that charts are drawn from.
 *
 * @import { Point, View } from "../shared/contract.js"
 *
 * @typedef {Point | View} Figures
 * @typedef {Figures | (typeof UNKNOWN & {t: number})} Row
 */

import { POINT_SECONDS } from "../shared/contract.js";

const JUST_BEFORE = 0.001; // seconds: lines go in steps, because a point is the mean of its time
const UNKNOWN = {
  students: null,
  seen: null,
  shares: null,
  suppressed: null,
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
 * Where a line ends between the times `from` and `to`: its last value there, and until when it is
 * so. Null if it has none.
 *
 * @param {Row[]} rows
 * @param {(row: Row) => number | null} valueOf
 * @param {number} from
 * @param {number} to
 */
export function endOf(rows, valueOf, from, to) {
  const index = rows.findLastIndex((row) => row.t <= to && valueOf(row) !== null);
  if (index < 0) return null;
  const [row, next] = rows.slice(index, index + 2);
  const t = next && valueOf(next) !== null ? to : row.t;
  return t < from ? null : { t, value: valueOf(row) ?? 0 };
}

/** A class minute by minute, for a table.
 *
 * @import { Paces, Point } from "../shared/contract.js"
 * @import { Events } from "./events.js"
 *
 * @typedef {object} Minute Figures are means; null is what was hidden, or what is not known.
 * @property {number} t its beginning
 * @property {number | null} students
 * @property {number | null} seen
 * @property {Paces | null} pace
 * @property {Record<string, number> | null} looks
 * @property {boolean} isHidden whether something was
 * @property {string[]} happened
 */

import { ALERT_WORDS } from "../shared/alert-words.js";
import { PACE_TOLD, namesOf } from "../shared/labels.js";
import { looks } from "../shared/looks.js";

const MINUTE = 60; // seconds

/**
 * The minutes of which something is known, in the order of time.
 * @param {Point[]} points
 * @param {Events} events
 * @param {[number, number]} span [from, to] of the time to tell of
 */
export function minutesOf(points, { flags, alerts }, [from, to]) {
  /** @type {Map<number, Point[]>} */
  const minutes = new Map();
  const inMinute = (/** @type {number} */ t) => {
    const start = Math.floor(t / MINUTE) * MINUTE;
    if (!minutes.has(start)) minutes.set(start, []);
    return minutes.get(start);
  };
  for (const point of points) inMinute(point.t)?.push(point);
  for (const { t } of flags) inMinute(t);
  return [...minutes]
    .filter(([t]) => t + MINUTE > from && t <= to)
    .sort(([a], [b]) => a - b)
    .map(([t, within]) => ({
      ...meansOf(within),
      t,
      happened: [
        ...flags.filter((flag) => flag.t >= t && flag.t < t + MINUTE).map(({ told }) => told),
        ...alerts
          .filter(({ since, until }) => since < t + MINUTE && until > t)
          .map(({ kind }) => ALERT_WORDS[kind]),
      ],
    }));
}

/**
 * @param {Point[]} points
 * @returns {Omit<Minute, "t" | "happened">}
 */
function meansOf(points) {
  const paces = there(points.map(({ pace }) => pace));
  const shares = there(points.map(({ shares }) => shares));
  return {
    students: mean(points.map(({ students }) => students)),
    seen: mean(there(points.map(({ seen }) => seen))),
    pace: meanOfEach(paces, namesOf(PACE_TOLD)),
    looks: meanOfEach(
      shares.map((each) => looks.grouped(each)),
      looks.groups.map(({ name }) => name),
    ),
    isHidden: points.some(({ suppressed }) => suppressed !== null),
  };
}

/**
 * @template {string} Name
 * @param {Record<Name, number>[]} records
 * @param {Name[]} names
 * @returns {Record<Name, number> | null}
 */
function meanOfEach(records, names) {
  if (records.length === 0) return null;
  const means = names.map((name) => [name, mean(records.map((record) => record[name]))]);
  return Object.fromEntries(means);
}

/** @param {number[]} values */
const mean = (values) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * @template Value
 * @param {(Value | null)[]} values
 */
const there = (values) => values.filter((value) => value !== null);

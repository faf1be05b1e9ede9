/** Where on a chart things have a place, so that none covers another.
 *
 * @import { Span } from "./events.js"
 */

/**
 * Alerts in lanes: each in the first in which it covers no other.
 * @param {Span[]} alerts in the order of time
 */
export function lanesOf(alerts) {
  /** @type {number[]} */
  const ends = [];
  const placed = alerts.map((alert) => {
    const free = ends.findIndex((end) => end <= alert.since);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = alert.until;
    return { alert, lane };
  });
  return { placed, count: ends.length };
}

/**
 * Where to write so that no text covers another: as near to where it is wanted as there is a place,
 * and null for the last of those that are too many.
 *
 * @param {number[]} wanted
 * @param {number} gap from one text to the next, at least
 * @param {number} top
 * @param {number} bottom
 * @returns {(number | null)[]}
 */
export function spread(wanted, gap, top, bottom) {
  const most = Math.floor((bottom - top) / gap) + 1;
  const order = [...wanted.keys()].slice(0, most).sort((a, b) => wanted[a] - wanted[b]);
  /** @type {(number | null)[]} */
  const places = wanted.map(() => null);
  let above = top - gap;
  for (const index of order) places[index] = above = Math.max(wanted[index], above + gap);
  let below = bottom + gap;
  for (const index of order.reverse()) {
    places[index] = below = Math.min(places[index] ?? bottom, below - gap);
  }
  return places;
}

/**
 * Texts beside their lines, each in the first lane in which it covers no other; those that fit in
 * no lane are left out.
 *
 * @param {{text: string, pole: number, width: number}[]} texts from left to right; pole: where
 *   the line is
 * @param {number} left
 * @param {number} right
 * @param {number} lanes
 */
export function layOut(texts, left, right, lanes) {
  const ends = Array(lanes).fill(-Infinity);
  const placed = [];
  for (const { text, pole, width } of texts) {
    const start = Math.max(left, Math.min(pole + 4, right - width - 2));
    const lane = ends.findIndex((end) => end < start);
    if (lane < 0) continue;
    ends[lane] = start + width + 6;
    placed.push({ text, pole, x: start, width, lane });
  }
  return placed;
}

/**
 * As much of a text as is at most `most` wide.
 * @param {string} text
 * @param {(text: string) => number} widthOf
 * @param {number} most
 */
export function shortened(text, widthOf, most) {
  if (widthOf(text) <= most) return text;
  let length = text.length;
  while (length > 1 && widthOf(`${text.slice(0, length)}…`) > most) length--;
  return `${text.slice(0, length).trimEnd()}…`;
}

/** How pages write figures: percentages, balances, times of day. */

import { gettext, isRightToLeft, language, ngettext } from "./texts.js";

/** @param {number} share 0..1 */
export const percent = (share) => gettext("{number} %", { number: Math.round(share * 100) });

/**
 * A valence with its sign: "+0.2", "−0.2", "0.0".
 * @param {number} value -1..1
 */
export function signed(value) {
  const size = Math.abs(value).toFixed(1);
  if (size === "0.0") return size;
  return `${isRightToLeft ? "\u200e" : ""}${value > 0 ? "+" : "−"}${size}`; // the sign stays in front
}

/**
 * A valence in words.
 * @param {number} value -1..1
 */
export function valenceWords(value) {
  const size = Math.abs(value);
  if (size < 0.15) return gettext("about even");
  if (size < 0.5) return value > 0 ? gettext("rather pleasant") : gettext("rather unpleasant");
  return value > 0 ? gettext("mostly pleasant") : gettext("mostly unpleasant");
}

/**
 * "balance −0.2, rather unpleasant".
 * @param {number} value -1..1
 */
export const valenceText = (value) =>
  gettext("balance {figure}, {words}", { figure: signed(value), words: valenceWords(value) });

/**
 * How many are in the class.
 * @param {number} count
 */
export const studentsHere = (count) =>
  ngettext("{count} student here", "{count} students here", count);

// As the reader's country writes the page's language, in the figures that the page has elsewhere.
const own = globalThis.navigator?.languages?.find((tag) => tag.split("-")[0] === language);
const LOCALE = new Intl.Locale(own ?? language, { calendar: "gregory", numberingSystem: "latn" });

/** A time of day to the minute; `seconds` since the epoch. */
export const clock = formatter({ hour: "2-digit", minute: "2-digit" });

/** A time of day to the second; `seconds` since the epoch. */
export const exactClock = formatter({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

/**
 * Made once, because that takes longer than to write a hundred times, and not before it is used.
 * @param {Intl.DateTimeFormatOptions} options
 */
function formatter(options) {
  /** @type {Intl.DateTimeFormat | null} */
  let made = null;
  return (/** @type {number} */ seconds) =>
    (made ??= new Intl.DateTimeFormat(LOCALE, options)).format(seconds * 1000);
}

/** @param {number} seconds since the epoch */
export const day = (seconds) =>
  new Date(seconds * 1000).toLocaleDateString(LOCALE, { dateStyle: "medium" });

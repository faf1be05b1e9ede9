/** How pages write figures: percentages, times of day. */

import { gettext, language, ngettext } from "./texts.js";

/** @param {number} share 0..1 */
export const percent = (share) => gettext("{number} %", { number: Math.round(share * 100) });

/** A number of hours, minutes or days as "05". @param {number} number */
export const twoDigits = (number) => String(number).padStart(2, "0");

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

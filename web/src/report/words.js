/** The sentences and names of a report, from the figures in its JSON.
 *
 * @import { Report, Shares } from "../shared/contract.js"
 */

import { POINT_SECONDS } from "../shared/contract.js";
import { clock, day } from "../shared/figures.js";
import { entriesOf, namesOf } from "../shared/labels.js";
import { gettext, listed, ngettext } from "../shared/texts.js";

const DAY = 24 * 60 * 60; // seconds

/**
 * A length of time: "40 seconds", "75 minutes", "2 h 5 min".
 * @param {number} minutes
 */
export function duration(minutes) {
  if (minutes < 1) return ngettext("{count} second", "{count} seconds", Math.round(minutes * 60));
  const whole = Math.round(minutes);
  if (whole < 120) return ngettext("{count} minute", "{count} minutes", whole);
  const parts = { hours: Math.floor(whole / 60), minutes: whole % 60 };
  return gettext("{hours} h {minutes} min", parts);
}

/**
 * When the class was: with both days where it went past midnight.
 * @param {Pick<Report, "began" | "ended" | "minutes">} report
 */
export function when({ began, ended, minutes }) {
  const times = { day: day(began), from: clock(began), length: duration(minutes) };
  if (ended === null) return gettext("{day}, since {from}: {length} so far", times);
  const to = day(ended) === day(began) ? clock(ended) : listed([day(ended), clock(ended)]);
  return gettext("{day}, {from} to {to}: {length}", { ...times, to });
}

/**
 * For how long something was hidden, and why; "" if nothing was.
 * @param {Pick<Report, "points" | "min_students">} report
 */
export function whyHidden({ points, min_students: least }) {
  const sentences = {
    few_students: (/** @type {string} */ length) =>
      ngettext(
        "{length}, because fewer than {count} student was here",
        "{length}, because fewer than {count} students were here",
        least,
        { length },
      ),
    few_faces: (/** @type {string} */ length) =>
      ngettext(
        "{length}, because fewer than {count} face was read",
        "{length}, because fewer than {count} faces were read",
        least,
        { length },
      ),
  };
  return namesOf(sentences)
    .map((reason) => {
      const hidden = points.filter(({ suppressed }) => suppressed === reason).length;
      return hidden > 0 ? sentences[reason](duration((hidden * POINT_SECONDS) / 60)) : "";
    })
    .filter(Boolean)
    .join(gettext("; "));
}

/**
 * [emotion, share] of each, the largest first; what is put together as "other" is the last.
 * @param {Shares} shares
 */
export function largestFirst(shares) {
  const isNamed = (/** @type {string} */ emotion) => Number(emotion !== "other");
  return entriesOf(shares).sort((a, b) => isNamed(b[0]) - isNamed(a[0]) || b[1] - a[1]);
}

/**
 * How long the server keeps the report.
 * @param {number | null} ended seconds since the epoch, null while the class goes on
 * @param {number} days 0 if the server keeps nothing
 */
export function kept(ended, days) {
  if (days === 0) {
    return gettext("This server keeps nothing of a class that has ended: save this page before.");
  }
  if (ended === null) {
    return ngettext(
      "The server keeps it for {count} day after the end of the class.",
      "The server keeps it for {count} days after the end of the class.",
      days,
    );
  }
  const until = { day: day(ended + days * DAY) };
  return ngettext(
    "The server keeps it for {count} day, until {day}.",
    "The server keeps it for {count} days, until {day}.",
    days,
    until,
  );
}

/**
 * The name of a file for this class: "algebra-monday-2026-11-23.csv".
 * @param {Pick<Report, "title" | "began">} report
 * @param {"csv" | "json"} extension
 */
export function fileName({ title, began }, extension) {
  const words = title.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? ["class"];
  const date = new Date(began * 1000);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const today = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())];
  return `${[...words, ...today].join("-")}.${extension}`;
}

/**
 * Whether two classes have the same title, however it was typed.
 * @param {string} one
 * @param {string} other
 */
export function sameTitle(one, other) {
  return normalised(one) === normalised(other);
}

/** @param {string} title */
function normalised(title) {
  return title.normalize("NFKC").toLowerCase().replace(/\s/gu, "");
}

/** The sentences and names of a report, from the figures in its JSON. */

import { clock, counted, day } from "./figures.js";
import { POINT_SECONDS } from "./timeline-rows.js";

const DAY = 24 * 60 * 60; // seconds

/** A length of time: "40 seconds", "75 minutes", "2 h 5 min". */
export function duration(minutes) {
  if (minutes < 1) return counted(Math.round(minutes * 60), "second");
  const whole = Math.round(minutes);
  if (whole < 120) return counted(whole, "minute");
  return `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

/** When the class was: with both days where it went past midnight. */
export function when({ began, ended, minutes }) {
  const length = duration(minutes);
  if (ended === null) return `${day(began)}, since ${clock(began)}: ${length} so far`;
  const end = day(ended) === day(began) ? clock(ended) : `${day(ended)}, ${clock(ended)}`;
  return `${day(began)}, ${clock(began)} to ${end}: ${length}`;
}

/** For how long something was hidden, and why; "" if nothing was. */
export function whyHidden({ points, min_students: least }) {
  const lasting = (reason) =>
    (points.filter(({ suppressed }) => suppressed === reason).length * POINT_SECONDS) / 60;
  const reasons = [
    [lasting("few_students"), `fewer than ${counted(least, "student")} were here`],
    [lasting("few_faces"), `fewer than ${counted(least, "face")} were read`],
  ];
  return reasons
    .filter(([minutes]) => minutes > 0)
    .map(([minutes, why]) => `${duration(minutes)}, because ${why}`)
    .join("; ");
}

/** [emotion, share] of each, the largest first; what is put together as "other" is the last. */
export function largestFirst(shares) {
  const isNamed = ([emotion]) => Number(emotion !== "other");
  return Object.entries(shares).sort((a, b) => isNamed(b) - isNamed(a) || b[1] - a[1]);
}

/** How long the server keeps the report. */
export function kept(ended, days) {
  if (days === 0) return "This server keeps nothing of a class that has ended: save this page before.";
  const long = counted(days, "day");
  if (ended === null) return `The server keeps it for ${long} after the end of the class.`;
  return `The server keeps it for ${long}, until ${day(ended + days * DAY)}.`;
}

/** The name of a file for this class: "algebra-monday-2026-11-23.csv". */
export function fileName({ title, began }, extension) {
  const words = title.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? ["class"];
  const date = new Date(began * 1000);
  const two = (number) => String(number).padStart(2, "0");
  const today = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())];
  return `${[...words, ...today].join("-")}.${extension}`;
}

/** Whether two classes have the same title, however it was typed. */
export function sameTitle(one, other) {
  return plain(one) === plain(other);
}

function plain(title) {
  return title.normalize("NFKC").toLowerCase().replace(/\s/gu, "");
}

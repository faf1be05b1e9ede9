/** The sentences and names of a report, from the figures in its JSON. */

import { clock, day } from "./figures.js";
import { gettext, listed, ngettext } from "./texts.js";
import { POINT_SECONDS } from "./timeline-rows.js";

const DAY = 24 * 60 * 60; // seconds

/** A length of time: "40 seconds", "75 minutes", "2 h 5 min". */
export function duration(minutes) {
  if (minutes < 1) return ngettext("{count} second", "{count} seconds", Math.round(minutes * 60));
  const whole = Math.round(minutes);
  if (whole < 120) return ngettext("{count} minute", "{count} minutes", whole);
  const parts = { hours: Math.floor(whole / 60), minutes: whole % 60 };
  return gettext("{hours} h {minutes} min", parts);
}

/** When the class was: with both days where it went past midnight. */
export function when({ began, ended, minutes }) {
  const times = { day: day(began), from: clock(began), length: duration(minutes) };
  if (ended === null) return gettext("{day}, since {from}: {length} so far", times);
  const to = day(ended) === day(began) ? clock(ended) : listed([day(ended), clock(ended)]);
  return gettext("{day}, {from} to {to}: {length}", { ...times, to });
}

/** For how long something was hidden, and why; "" if nothing was. */
export function whyHidden({ points, min_students: least }) {
  const lasting = (reason) =>
    (points.filter(({ suppressed }) => suppressed === reason).length * POINT_SECONDS) / 60;
  const students = (length) =>
    ngettext(
      "{length}, because fewer than {count} student was here",
      "{length}, because fewer than {count} students were here",
      least,
      { length },
    );
  const faces = (length) =>
    ngettext(
      "{length}, because fewer than {count} face was read",
      "{length}, because fewer than {count} faces were read",
      least,
      { length },
    );
  return [
    [lasting("few_students"), students],
    [lasting("few_faces"), faces],
  ]
    .filter(([minutes]) => minutes > 0)
    .map(([minutes, sentence]) => sentence(duration(minutes)))
    .join(gettext("; "));
}

/** [emotion, share] of each, the largest first; what is put together as "other" is the last. */
export function largestFirst(shares) {
  const isNamed = ([emotion]) => Number(emotion !== "other");
  return Object.entries(shares).sort((a, b) => isNamed(b) - isNamed(a) || b[1] - a[1]);
}

/** How long the server keeps the report. */
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

/** Chapters of a class's recording: its notes, questions and alerts, at the recording's times.
 *
 * @import { Report } from "../shared/contract.js"
 *
 * @typedef {object} Chapter
 * @property {number} from seconds of the recording
 * @property {number} to where the next one begins
 * @property {string} text
 */

import { ALERT_TITLES } from "../shared/alert-words.js";
import { POINT_SECONDS } from "../shared/contract.js";
import { twoDigits } from "../shared/figures.js";
import { QUESTION_WORDS, noteText } from "../shared/labels.js";
import { gettext, listed } from "../shared/texts.js";

const LEAST = 10; // seconds of a chapter that YouTube takes
const DAY = 24 * 60 * 60; // seconds
const HOUR = 60 * 60; // seconds

/**
 * When a recording began, by the time of day that its teacher knows: on the day that brings it
 * nearest to the beginning of the class.
 * @param {string} time "13:05" or "13:05:30", in this machine's time zone
 * @param {number} classBegan seconds since the epoch
 * @returns {number | null} the same; null if it is no time
 */
export function recordingBegan(time, classBegan) {
  if (!/^\d\d:\d\d(:\d\d)?$/.test(time)) return null;
  const [hours, minutes, seconds = 0] = time.split(":").map(Number);
  const sameDay = new Date(classBegan * 1000).setHours(hours, minutes, seconds, 0) / 1000;
  const days = [sameDay - DAY, sameDay, sameDay + DAY];
  const distance = (/** @type {number} */ t) => Math.abs(t - classBegan);
  return days.reduce((nearest, each) => (distance(each) < distance(nearest) ? each : nearest));
}

/**
 * The same the other way round, to the second.
 * @param {number} t seconds since the epoch
 */
export function timeOfDay(t) {
  const date = new Date(t * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
}

/**
 * The chapters of a recording that began at a time, the first at 0: it has the name of the note in
 * which the recording began. What would be shorter than ten seconds is one with what is before it.
 * @param {Pick<Report, "ended" | "points" | "markers" | "asked" | "alerts">} report
 * @param {number} began seconds since the epoch
 * @returns {Chapter[]} none if it began after the class
 */
export function chaptersOf({ ended, points, markers, asked, alerts }, began) {
  const end = (ended ?? (points.at(-1)?.t ?? began) + POINT_SECONDS) - began;
  if (end < LEAST) return [];
  const events = [
    ...markers.map(({ t, text }) => ({ t, text: noteText(text) })),
    ...asked.map(({ t, question }) => ({ t, text: QUESTION_WORDS[question] })),
    ...alerts.map(({ since, kind }) => ({ t: since, text: ALERT_TITLES[kind] })),
  ].sort((a, b) => a.t - b.t);
  const before = markers.findLast(({ t }) => t <= began);
  const chapters = [{ from: 0, text: before ? noteText(before.text) : gettext("Start") }];
  for (const { t, text } of events) {
    const from = Math.floor(t - began);
    const last = chapters[chapters.length - 1];
    if (t <= began || from >= end) continue;
    if (from - last.from < LEAST || end - from < LEAST) last.text = listed([last.text, text]);
    else chapters.push({ from, text });
  }
  return chapters.map((each, index) => ({ ...each, to: chapters[index + 1]?.from ?? end }));
}

/**
 * As WebVTT (w3.org/TR/webvtt1), which players and video platforms read.
 * @param {Chapter[]} chapters
 */
export function webVtt(chapters) {
  const cues = chapters.map(
    ({ from, to, text }) => `${cueTime(from)} --> ${cueTime(to)}\n${escaped(text)}\n`,
  );
  return ["WEBVTT\n", ...cues].join("\n");
}

/**
 * A line for each: "12:30 recursion", as YouTube reads them in a description.
 * @param {Chapter[]} chapters
 */
export function chapterLines(chapters) {
  return chapters.map(({ from, text }) => `${shortTime(from)} ${text}`).join("\n");
}

/** @param {number} seconds */
function cueTime(seconds) {
  const { hours, minutes, rest } = parts(seconds);
  return `${twoDigits(hours)}:${twoDigits(minutes)}:${twoDigits(rest)}.000`;
}

/** @param {number} seconds */
function shortTime(seconds) {
  const { hours, minutes, rest } = parts(seconds);
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}`
    : `${minutes}:${twoDigits(rest)}`;
}

/** @param {number} seconds */
function parts(seconds) {
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / HOUR);
  return { hours, minutes: Math.floor((whole % HOUR) / 60), rest: whole % 60 };
}

/** @param {string} text */
const escaped = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

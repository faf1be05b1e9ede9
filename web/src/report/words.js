/** The sentences and names of a report, from the figures in its JSON.
 *
 * @import { Answers, Asked, Marker, Moment, MostAndMean, PastAlert, Report, Shares } from "../shared/contract.js"
 */

import { POINT_SECONDS } from "../shared/contract.js";
import { clock, day, percent } from "../shared/figures.js";
import { ANSWER_WORDS, QUESTION_WORDS, entriesOf, namesOf } from "../shared/labels.js";
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
 * Each moment in one sentence, and that part of it which tells most; what is true of the whole class
 * comes last.
 * @param {Pick<Report, "moments" | "markers">} report
 * @returns {{time: string, told: string, sentence: string}[]}
 */
export function momentWords({ moments, markers }) {
  const parts = moments.filter(({ kind }) => !WHOLE.has(kind));
  const whole = moments.filter(({ kind }) => WHOLE.has(kind));
  return [...parts, ...whole].map((moment) => {
    const told = TOLD[moment.kind](moment);
    const time = WHOLE.has(moment.kind) ? gettext("All along") : clock(moment.from);
    return { time, told, sentence: sentenceOf(moment, told, markers) };
  });
}

/** @type {Set<Moment["kind"]>} */
const WHOLE = new Set(["calm", "happy", "neutral"]);

/**
 * @param {Moment} moment
 * @param {string} told
 * @param {Marker[]} markers
 */
function sentenceOf({ kind, note, asked, from, to }, told, markers) {
  if (asked) {
    const values = { told, note, question: QUESTION_WORDS[asked.question] };
    return note
      ? gettext("The class was asked “{question}” in “{note}”: {told}.", values)
      : gettext("The class was asked “{question}”: {told}.", values);
  }
  if (kind === "calm") {
    return gettext("{told}, and few or none found it too fast or too slow.", { told });
  }
  if (WHOLE.has(kind)) return gettext("On average {told}.", { told });
  const values = { told, note, time: duration((to - from) / 60) };
  if (!note) return gettext("{told}, for {time}.", values);
  return markers.some(({ t, text }) => text && t > from && t < to)
    ? gettext("{told}, for {time}, from “{note}” on.", values)
    : gettext("{told}, for {time}, in “{note}”.", values);
}

/** @type {Record<Moment["kind"], (moment: Moment) => string>} */
const TOLD = {
  lost: ({ figures }) => gettext("Up to {most} of {students} were lost", figures),
  slow_down: ({ figures }) => gettext("It was too fast for up to {most} of {students}", figures),
  speed_up: ({ figures }) => gettext("It was too slow for up to {most} of {students}", figures),
  fine: ({ figures }) => gettext("It was just right for up to {most} of {students}", figures),
  asked: ({ asked }) => answersText(asked?.answers ?? null),
  calm: ({ figures: { most } }) =>
    most === 0
      ? gettext("Nobody was lost")
      : ngettext(
          "Never more than {count} student was lost",
          "Never more than {count} students were lost",
          most,
        ),
  unhappy: ({ figures }) =>
    gettext("About {share} of the faces looked unhappy", { share: percent(figures.share) }),
  happy: ({ figures }) =>
    gettext("{share} of the faces looked happy", { share: percent(figures.share) }),
  neutral: ({ figures }) =>
    gettext("{share} of the faces looked neutral", { share: percent(figures.share) }),
};

/**
 * "Yes 21, So-so 5, Not yet 2"; that they were too few to be shown, if they are null.
 * @param {Answers | null} answers
 */
export function answersText(answers) {
  if (answers === null) return gettext("too few answered");
  return listed(
    entriesOf(ANSWER_WORDS).map(([answer, word]) =>
      gettext("{word} {count}", { word, count: answers[answer] }),
    ),
  );
}

/**
 * How long an alert was in force and in which part of the lesson, as far as that is known: of
 * points that were stored by earlier releases only its beginning is.
 * @param {PastAlert} alert
 */
export function alertPlace({ since, until, note }) {
  const seconds = until - since;
  const parts = [];
  if (seconds > POINT_SECONDS) {
    parts.push(gettext("for {time}", { time: duration(seconds / 60) }));
  }
  if (note) parts.push(gettext("in “{note}”", { note }));
  return listed(parts);
}

/**
 * The share of "Yes" in all answers to "Got it?", or null where none were shown.
 * @param {Asked[]} asked
 */
export function gotItShare(asked) {
  let yes = 0;
  let all = 0;
  for (const { question, answers } of asked) {
    if (question !== "got_it" || answers === null) continue;
    yes += answers.yes;
    all += answers.yes + answers.so_so + answers.not_yet;
  }
  return all > 0 ? yes / all : null;
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
 * How many were here.
 * @param {MostAndMean} students
 */
export function studentsText({ most, mean }) {
  const average = Math.round(mean);
  return ngettext(
    "up to {count} student, {average} on average",
    "up to {count} students, {average} on average",
    most,
    {
      average,
    },
  );
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
  const entries = /** @type {[string, number][]} */ (Object.entries(shares));
  return entries.sort((a, b) => isNamed(b[0]) - isNamed(a[0]) || b[1] - a[1]);
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
 * Whether two classes are of one course: "Algebra, Monday" and "algebra – Thursday" are.
 * @param {string} one a title
 * @param {string} other
 */
export function sameCourse(one, other) {
  return courseOf(one) === courseOf(other);
}

/**
 * What stands before the first separator of a title, however it was typed.
 * @param {string} title
 */
function courseOf(title) {
  const plain = title.normalize("NFKC").toLowerCase();
  const [first] = plain.split(SEPARATOR);
  return (first.trim() ? first : plain).replace(/\s/gu, "");
}

// A comma, colon, semicolon, dash, bar, dot or bracket; of hyphens only one between blanks.
const SEPARATOR = /[,:;|()·•–—،؛]|\s-\s/u;

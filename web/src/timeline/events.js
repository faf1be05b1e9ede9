/** What happened in a class, as its timeline tells of it: notes, questions and alerts.
 *
 * @import { Alert, AlertKind, Asked, Marker } from "../shared/contract.js"
 * @import { Course } from "./timeline.js"
 *
 * @typedef {object} Flag A moment: a teacher's note, or a question to the class.
 * @property {number} t
 * @property {string} text on a chart; empty for a moment that was marked without words
 * @property {string} told in a sentence
 *
 * @typedef {object} Span An alert, from its beginning to its end, or until now.
 * @property {AlertKind} kind
 * @property {number} since
 * @property {number} until
 *
 * @typedef {object} Events
 * @property {Flag[]} flags in the order of time
 * @property {Span[]} alerts in the order of time
 */

import { ALERT_WORDS, alertKey } from "../shared/alert-words.js";
import { POINT_SECONDS } from "../shared/contract.js";
import { ANSWER_WORDS, QUESTION_WORDS, namesOf } from "../shared/labels.js";
import { gettext, listed } from "../shared/texts.js";

const REFRESH = 1; // seconds for which what is so now is taken to go on

/**
 * All that stands on a chart of a class.
 * @param {Course} course
 * @returns {Events}
 */
export function eventsOf(course) {
  const flags = [...course.markers.map(flagOfNote), ...closedQuestions(course).map(flagOfQuestion)];
  return { flags: inTime(flags, ({ t }) => t), alerts: alertsOf(course) };
}

/**
 * Those at the time `t`, in words.
 * @param {Events} events
 * @param {number} t
 */
export function toldAt({ flags, alerts }, t) {
  return [
    ...flags.filter((flag) => Math.abs(flag.t - t) <= POINT_SECONDS).map(({ told }) => told),
    ...alerts
      .filter(({ since, until }) => since <= t && t < until)
      .map(({ kind }) => ALERT_WORDS[kind]),
  ];
}

/**
 * @param {Marker} marker
 * @returns {Flag}
 */
const flagOfNote = ({ t, text }) => ({
  t,
  text,
  told: text ? `“${text}”` : gettext("moment marked"),
});

/**
 * @param {Asked} asked
 * @returns {Flag}
 */
function flagOfQuestion({ t, question: name, answers }) {
  const question = QUESTION_WORDS[name];
  if (answers === null) {
    return { t, text: question, told: gettext("{question} Too few answers.", { question }) };
  }
  const words = namesOf(ANSWER_WORDS);
  const told = words.map((word) => `${ANSWER_WORDS[word]} ${answers[word]}`);
  const figures = words.map((word) => answers[word]).join(" · ");
  return {
    t,
    text: gettext("{question} {answers}", { question, answers: figures }),
    told: gettext("{question} {answers}", { question, answers: listed(told) }),
  };
}

/**
 * Questions that have closed, each once: the newest is in the view before it is in a point.
 * @param {Course} course
 */
function closedQuestions({ points, present }) {
  const asked = points.flatMap((point) => point.asked ?? []); // not of an earlier release
  const newest = present?.view?.asked;
  if (newest && newest.until <= present.now && asked.every(({ t }) => t !== newest.t)) {
    asked.push(newest);
  }
  return [...new Map(asked.map((each) => [each.t, each])).values()]; // one that closed twice once
}

/**
 * Each alert once, although it is in all points of its time.
 * @param {Course} course
 */
function alertsOf({ points, present }) {
  /** @type {Map<string, Span>} */
  const spans = new Map();
  const add = (/** @type {Alert} */ alert, /** @type {number} */ until) =>
    spans.set(alertKey(alert), { kind: alert.kind, since: alert.since, until });
  for (const { t, alerts } of points) for (const alert of alerts) add(alert, t + POINT_SECONDS);
  if (present?.view) for (const alert of present.view.alerts) add(alert, present.now + REFRESH);
  return inTime([...spans.values()], ({ since }) => since);
}

/**
 * @template Happening
 * @param {Happening[]} happenings
 * @param {(happening: Happening) => number} timeOf
 */
const inTime = (happenings, timeOf) => happenings.sort((a, b) => timeOf(a) - timeOf(b));

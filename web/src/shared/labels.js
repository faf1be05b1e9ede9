/** The words that pages use for the contract's labels. "Looks", never "feels".
 *
 * @import { Answer, Emotion, Mode, Pace, Question, Shares } from "./contract.js"
 *
 * @typedef {"happy" | "neutral" | "surprise" | "unhappy" | "other"} Look A group of emotions.
 */

import { gettext } from "./texts.js";

/** @type {Record<Mode, string>} */
export const MODE_WORDS = {
  camera: gettext("Camera and own words"),
  "self-report": gettext("Own words only"),
};

/**
 * From pleasant to unpleasant: the order in which pages list them.
 * @type {Record<Emotion | "other", string>}
 */
export const EMOTION_WORDS = {
  happy: gettext("happy"),
  surprise: gettext("surprised"),
  neutral: gettext("neutral"),
  sad: gettext("sad"),
  fear: gettext("afraid"),
  angry: gettext("angry"),
  disgust: gettext("disgusted"),
  other: gettext("other"),
};

/**
 * The emotions that pages sum up as "unhappy".
 * @type {Emotion[]}
 */
export const UNHAPPY = ["sad", "fear", "angry", "disgust"];

/**
 * The groups in which pages show how a class looks, in the order in which they list them.
 * @type {Record<Look, string>}
 */
export const LOOK_WORDS = {
  happy: gettext("happy"),
  neutral: gettext("neutral"),
  surprise: gettext("surprised"),
  unhappy: gettext("unhappy"),
  other: gettext("other"),
};

/**
 * What students say, as a teacher's page tells of it: "4 lost".
 * @type {Record<Pace, string>}
 */
export const PACE_TOLD = {
  slow_down: gettext("too fast"),
  fine: gettext("just right"),
  speed_up: gettext("too slow"),
  lost: gettext("lost"),
};

/**
 * What a teacher asks the class.
 * @type {Record<Question, string>}
 */
export const QUESTION_WORDS = {
  got_it: gettext("Got it?"),
  done: gettext("Done?"),
  go_on: gettext("Shall we go on?"),
};

/**
 * What students answer, from good to bad.
 * @type {Record<Answer, string>}
 */
export const ANSWER_WORDS = {
  yes: gettext("Yes"),
  so_so: gettext("So-so"),
  not_yet: gettext("Not yet"),
};

/**
 * The names in a record, in their order.
 * @template {string} Name
 * @param {Record<Name, unknown>} record
 */
export const namesOf = (record) => /** @type {Name[]} */ (Object.keys(record));

/**
 * The same with what they stand for.
 * @template {string} Name
 * @template Value
 * @param {Partial<Record<Name, Value>>} record
 */
export const entriesOf = (record) => /** @type {[Name, Value][]} */ (Object.entries(record));

/**
 * "4 lost".
 * @param {number} count
 * @param {Pace} pace
 */
export const answers = (count, pace) =>
  gettext("{count} {answer}", { count, answer: PACE_TOLD[pace] });

/**
 * Shares of emotions as shares of their groups, from 0 to 1.
 * @param {Shares} shares
 * @returns {Record<Look, number>}
 */
export function groupLooks(shares) {
  const { happy = 0, neutral = 0, surprise = 0, other = 0 } = shares;
  const unhappy = UNHAPPY.reduce((sum, emotion) => sum + (shares[emotion] ?? 0), 0);
  return { happy, neutral, surprise, unhappy, other };
}

/**
 * A note's text, or that it has none.
 * @param {string} text
 */
export const noteText = (text) => text || gettext("Marked moment");

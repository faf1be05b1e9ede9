/** The words that pages use for the contract's labels. "Looks", never "feels".
 *
 * @import { Answer, Mode, Pace, Question } from "./contract.js"
 */

import { gettext } from "./texts.js";

/** @type {Record<Mode, string>} */
export const MODE_WORDS = {
  camera: gettext("Camera and own words"),
  "self-report": gettext("Own words only"),
};

/** FER-2013's, from pleasant to unpleasant: the order in which pages list them. */
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
 * A note's text, or that it has none.
 * @param {string} text
 */
export const noteText = (text) => text || gettext("Marked moment");

/** The words that pages use for the contract's labels. "Looks", never "feels".
 *
 * @import { Emotion, Pace } from "./contract.js"
 */

import { gettext } from "./texts.js";

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

/** @type {Record<Pace, string>} */
export const PACE_WORDS = {
  slow_down: gettext("Too fast"),
  fine: gettext("Just right"),
  speed_up: gettext("Too slow"),
  lost: gettext("I am lost"),
};

/**
 * The same as a teacher's page tells of others: "4 lost".
 * @type {Record<Pace, string>}
 */
export const PACE_TOLD = {
  slow_down: gettext("too fast"),
  fine: gettext("just right"),
  speed_up: gettext("too slow"),
  lost: gettext("lost"),
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

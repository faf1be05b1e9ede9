/** The class in one sentence: what students say comes before how they look.
 *
 * @import { View } from "../shared/contract.js"
 * @import { Values } from "../shared/texts.js"
 *
 * @typedef {{kind: string, text: string}} Headline kind: what it is about, the same while only
 *   numbers change
 * @typedef {Headline & {since: number}} Since
 * @typedef {"lost" | "slow_down" | "speed_up"} Worry
 */

import { SHARE_STEPS } from "../shared/contract.js";
import { EMOTION_WORDS, entriesOf, namesOf } from "../shared/labels.js";
import { gettext, ngettext } from "../shared/texts.js";

/**
 * In the order in which they are told when as many say the one as the other.
 * @type {Record<Worry, (values: Values) => string>}
 */
const WORRIES = {
  lost: (values) => gettext("{count} of {students} say they are lost", values),
  slow_down: (values) => gettext("{count} of {students} say it is too fast", values),
  speed_up: (values) => gettext("{count} of {students} say it is too slow", values),
};
/**
 * After another one, whose sentence goes on.
 * @type {Record<Worry, (values: Values) => string>}
 */
const MORE_WORRIES = {
  lost: (values) => gettext("{first}, {count} say they are lost", values),
  slow_down: (values) => gettext("{first}, {count} say it is too fast", values),
  speed_up: (values) => gettext("{first}, {count} say it is too slow", values),
};
const LEAST_WORRIED = 2; // one student alone is no headline: the answers below have that one
const WORRIED_SHARE = 1 / 5; // for each who says so there are others who do not dare
const CONTENT_SHARE = 1 / 2; // "just right" is news only from most of the class
const CLEAR_LEAD = 2; // twentieths, the steps of the shares: less is a tie that flips to and fro

/**
 * @param {View} view
 * @returns {Headline}
 */
export function headline(view) {
  return worries(view) ?? content(view) ?? looks(view) ?? presence(view);
}

/** @param {View} view */
function worries({ pace, students }) {
  if (pace === null) return null;
  const least = Math.max(LEAST_WORRIED, students * WORRIED_SHARE);
  const said = namesOf(WORRIES)
    .filter((word) => pace[word] >= least)
    .sort((a, b) => pace[b] - pace[a]);
  if (said.length === 0) return null;
  const [first, second] = said;
  const text = WORRIES[first]({ count: pace[first], students });
  if (!second) return { kind: first, text };
  return { kind: first, text: MORE_WORRIES[second]({ first: text, count: pace[second] }) };
}

/** @param {View} view */
function content({ pace, students }) {
  if (pace === null || pace.fine < Math.max(LEAST_WORRIED, students * CONTENT_SHARE)) return null;
  const counts = { count: pace.fine, students };
  return {
    kind: "fine",
    text: gettext("{count} of {students} say the pace is just right", counts),
  };
}

/** @param {View} view */
function looks({ shares, seen, students }) {
  if (shares === null || seen === null) return null;
  const [[emotion, share], next] = entriesOf(shares).sort((a, b) => b[1] - a[1]);
  const lead = share - (next?.[1] ?? 0);
  const few = seen < students / 2; // too few faces to speak for the class
  if (emotion === "other" || Math.round(lead * SHARE_STEPS) < CLEAR_LEAD) {
    const text = few ? gettext("The faces read look mixed") : gettext("The class looks mixed");
    return { kind: "mixed", text };
  }
  const said = { emotion: EMOTION_WORDS[emotion] };
  if (share > 0.5) {
    const text = few
      ? gettext("Most of the faces read look {emotion}", said)
      : gettext("Most of the class looks {emotion}", said);
    return { kind: emotion, text };
  }
  const text = few
    ? gettext("The largest group of the faces read looks {emotion}", said)
    : gettext("The largest group looks {emotion}", said);
  return { kind: emotion, text };
}

/** @param {View} view */
function presence({ students }) {
  const text = ngettext("{count} student is here", "{count} students are here", students);
  return { kind: "presence", text: students === 0 ? gettext("Nobody is here yet") : text };
}

/** A headline that does not flip with each view: what is new has to last before it is shown. */
export class SteadyHeadline {
  /** @type {Since | null} */
  #shown = null;
  /** @type {Since | null} */
  #next = null; // what the class is like now

  /** @param {number} seconds that another headline has to last, and that a text stays at least */
  constructor(seconds = 4) {
    this.seconds = seconds;
  }

  /**
   * Take in the headline of the newest view.
   * @param {Headline} headline
   * @param {number} now seconds
   */
  take({ kind, text }, now) {
    this.#next = { kind, text, since: this.#next?.kind === kind ? this.#next.since : now };
  }

  /**
   * The text to show; null before the first headline.
   * @param {number} now seconds
   */
  text(now) {
    if (this.#next && this.#isDue(this.#next, now)) this.#shown = { ...this.#next, since: now };
    return this.#shown?.text ?? null;
  }

  /**
   * @param {Since} next
   * @param {number} now
   */
  #isDue(next, now) {
    if (this.#shown === null) return true;
    if (next.text === this.#shown.text) return false;
    // How many are here only stands in for a headline, as at the start.
    if (this.#shown.kind === "presence" && next.kind !== "presence") return true;
    const since = next.kind === this.#shown.kind ? this.#shown.since : next.since;
    return now - since >= this.seconds;
  }
}

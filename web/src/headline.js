/** The class in one sentence: what students say comes before how they look. */

import { EMOTION_WORDS } from "./labels.js";
import { gettext, ngettext } from "./texts.js";

// In the order in which they are told when as many say the one as the other.
const WORRIES = {
  lost: (counts) => gettext("{count} of {students} say they are lost", counts),
  slow_down: (counts) => gettext("{count} of {students} say it is too fast", counts),
  speed_up: (counts) => gettext("{count} of {students} say it is too slow", counts),
};
// After another one, whose sentence goes on.
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
 * @param {object} view the contract's view
 * @returns {{kind: string, text: string}} kind: what it is about, the same while only numbers change
 */
export function headline(view) {
  return worries(view) ?? content(view) ?? looks(view) ?? presence(view);
}

function worries({ pace, students }) {
  if (pace === null) return null;
  const least = Math.max(LEAST_WORRIED, students * WORRIED_SHARE);
  const said = Object.keys(WORRIES)
    .filter((word) => pace[word] >= least)
    .sort((a, b) => pace[b] - pace[a]);
  if (said.length === 0) return null;
  const [first, second] = said;
  const text = WORRIES[first]({ count: pace[first], students });
  if (!second) return { kind: first, text };
  return { kind: first, text: MORE_WORRIES[second]({ first: text, count: pace[second] }) };
}

function content({ pace, students }) {
  if (pace === null || pace.fine < Math.max(LEAST_WORRIED, students * CONTENT_SHARE)) return null;
  const counts = { count: pace.fine, students };
  return {
    kind: "fine",
    text: gettext("{count} of {students} say the pace is just right", counts),
  };
}

function looks({ shares, seen, students }) {
  if (shares === null) return null;
  const [[emotion, share], [, next]] = [...Object.entries(shares), ["", 0]].sort(
    (a, b) => b[1] - a[1],
  );
  const few = seen < students / 2; // too few faces to speak for the class
  if (emotion === "other" || Math.round((share - next) * 20) < CLEAR_LEAD) {
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

function presence({ students }) {
  const text = ngettext("{count} student is here", "{count} students are here", students);
  return { kind: "presence", text: students === 0 ? gettext("Nobody is here yet") : text };
}

/** A headline that does not flip with each view: what is new has to last before it is shown. */
export class SteadyHeadline {
  #shown = null; // {kind, text, since}
  #next = null; // {kind, text, since}: what the class is like now

  /** @param {number} seconds that another headline has to last, and that a text stays at least */
  constructor(seconds = 4) {
    this.seconds = seconds;
  }

  /** Take in the headline of the newest view, at the time `now` in seconds. */
  take({ kind, text }, now) {
    this.#next = { kind, text, since: this.#next?.kind === kind ? this.#next.since : now };
  }

  /** The text to show at the time `now`; null before the first headline. */
  text(now) {
    if (this.#next && this.#isDue(now)) this.#shown = { ...this.#next, since: now };
    return this.#shown?.text ?? null;
  }

  #isDue(now) {
    if (this.#shown === null) return true;
    if (this.#next.text === this.#shown.text) return false;
    // How many are here only stands in for a headline, as at the start.
    if (this.#shown.kind === "presence" && this.#next.kind !== "presence") return true;
    const since = this.#next.kind === this.#shown.kind ? this.#shown.since : this.#next.since;
    return now - since >= this.seconds;
  }
}

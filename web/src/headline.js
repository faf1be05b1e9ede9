/** The class in one sentence: what students say comes before how they look. */

import { counted } from "./figures.js";
import { EMOTION_WORDS } from "./labels.js";

// In the order in which they are told when as many say the one as the other.
const WORRIES = {
  lost: "say they are lost",
  slow_down: "say it is too fast",
  speed_up: "say it is too slow",
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
  const text = `${pace[first]} of ${students} ${WORRIES[first]}`;
  return { kind: first, text: second ? `${text}, ${pace[second]} ${WORRIES[second]}` : text };
}

function content({ pace, students }) {
  if (pace === null || pace.fine < Math.max(LEAST_WORRIED, students * CONTENT_SHARE)) return null;
  return { kind: "fine", text: `${pace.fine} of ${students} say the pace is just right` };
}

function looks({ shares, seen, students }) {
  if (shares === null) return null;
  const [[emotion, share], [, next]] = [...Object.entries(shares), ["", 0]].sort((a, b) => b[1] - a[1]);
  const few = seen < students / 2; // too few faces to speak for the class
  if (emotion === "other" || Math.round((share - next) * 20) < CLEAR_LEAD) {
    return { kind: "mixed", text: few ? "The faces read look mixed" : "The class looks mixed" };
  }
  const word = EMOTION_WORDS[emotion];
  if (share > 0.5) {
    const text = few ? `Most of the faces read look ${word}` : `Most of the class looks ${word}`;
    return { kind: emotion, text };
  }
  return { kind: emotion, text: `The largest group${few ? " of the faces read" : ""} looks ${word}` };
}

function presence({ students }) {
  const text = `${counted(students, "student")} ${students === 1 ? "is" : "are"} here`;
  return { kind: "presence", text: students === 0 ? "Nobody is here yet" : text };
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

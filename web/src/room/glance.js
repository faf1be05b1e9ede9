/** The class at a glance: one title without figures, which holds still while the class does.
 *
 * @import { Pace, View } from "../shared/contract.js"
 *
 * @typedef {"good" | "calm" | "notice" | "bad"} Level
 * @typedef {keyof typeof KINDS} Kind
 * @typedef {{kind: Kind, level: Level, title: string, share: number | null}} Glance share: of the
 *   faces that look as the title says, in the mean of some minutes; null if it is about nothing such
 * @typedef {Record<Pace, number> & {now: number}} Answers
 * @typedef {{happy: number, neutral: number, unhappy: number, now: number, known: number}} Looks
 *   shares, and the seconds that they are the mean of
 */

import { PACES } from "../shared/contract.js";
import { namesOf } from "../shared/labels.js";
import { looks } from "../shared/looks.js";
import { gettext } from "../shared/texts.js";

/** What a class can be like, from bad to good. */
const KINDS = /** @satisfies {Record<string, {level: Level, title: string}>} */ ({
  lost_many: { level: "bad", title: gettext("Many are lost") },
  lost_some: { level: "bad", title: gettext("Some are lost") },
  slow_down_many: { level: "bad", title: gettext("Too fast for many") },
  slow_down_some: { level: "notice", title: gettext("Too fast for some") },
  speed_up_many: { level: "notice", title: gettext("Too slow for many") },
  speed_up_some: { level: "notice", title: gettext("Too slow for some") },
  unhappy: { level: "notice", title: gettext("Many look unhappy") },
  waiting: { level: "calm", title: gettext("Waiting for students") },
  gathering: { level: "calm", title: gettext("The class is gathering") },
  quiet: { level: "calm", title: gettext("Quiet") },
  mixed: { level: "calm", title: gettext("Mixed looks") },
  neutral: { level: "calm", title: gettext("Mostly neutral looks") },
  happy: { level: "good", title: gettext("Mostly happy looks") },
  fine: { level: "good", title: gettext("With you") },
});
const ORDER = namesOf(KINDS);
export const WORRIES = /** @type {const} */ (["lost", "slow_down", "speed_up"]);
/** @type {Partial<Record<Kind, Pace>>} */
const WORDS = {
  lost_many: "lost",
  lost_some: "lost",
  slow_down_many: "slow_down",
  slow_down_some: "slow_down",
  speed_up_many: "speed_up",
  speed_up_some: "speed_up",
  fine: "fine",
};

/** A share of the class at which something becomes the title, and under which it is no more. */
const MANY = { enter: 1 / 2, leave: 1 / 3 };
const SOME = { enter: 1 / 5, leave: 1 / 12 }; // for each who says so there are others who do not dare
const LOOK = { enter: 1 / 2, leave: 2 / 5 }; // of the faces
const UNHAPPY = { enter: 2 / 5, leave: 3 / 10 }; // resting faces are read as sad: not from a few on
const READ = { enter: 1 / 2, leave: 1 / 3 }; // fewer faces do not speak for the class
const LEAST = 2; // one student alone is no title: the answers below have that one

const LOOKS_SECONDS = 120; // time constant: the mood of a class, not its last laugh
const WORSE_SECONDS = 4; // for which worse news have to last, and
const BETTER_SECONDS = 20; // for which all others
const HOLD_SECONDS = 300; // for which a title stands: answers live as long, and drift no faster
const SUDDEN_SECONDS = 60;
/**
 * Students who tap within a minute, of which so many are no chance, and need not wait: in roots of
 * the class's size, half of which is the largest standard deviation that a count by chance can have.
 */
const SUDDEN = { news: 1.5, change: 2 };

/** Follows one class; its title changes for what has changed in the class, not for chance. */
export class GlanceKeeper {
  /** @type {Kind | null} */
  #shown = null;
  #changed = -Infinity; // when that came, unless what was before does not matter
  #other = Infinity; // since when the class is like something else
  #worse = Infinity; // since when like something worse
  /** @type {Answers[]} */
  #recent = []; // of the last minute
  /** @type {Looks | null} */
  #looks = null; // while they are hidden

  /**
   * What to show with the newest view; to be called about once a second.
   * @param {View} view
   * @param {number} now seconds, by a clock that nobody sets
   * @returns {Glance}
   */
  take(view, now) {
    this.#looks = smoothed(this.#looks, view, now);
    const next = this.#kindOf(view);
    if (next === this.#shown) {
      this.#other = this.#worse = Infinity;
    } else {
      this.#other = Math.min(this.#other, now);
      this.#worse = this.#isWorse(next) ? Math.min(this.#worse, now) : Infinity;
      const isNew = isPresence(this.#shown) || this.#isCleared(view);
      if (isNew || this.#isDue(next, view, now)) {
        this.#shown = next;
        this.#changed = isNew ? -Infinity : now;
        this.#other = this.#worse = Infinity;
      }
    }
    this.#recent = this.#recent.filter((past) => past.now >= now - SUDDEN_SECONDS);
    if (view.pace) this.#recent.push({ ...view.pace, now });
    const kind = this.#shown ?? next;
    return { kind, ...KINDS[kind], share: shareOf(kind, this.#looks) };
  }

  /**
   * Whether what the class is like now has been so for long enough to be the title.
   * @param {Kind} next
   * @param {View} view
   * @param {number} now
   */
  #isDue(next, view, now) {
    // A class that has only just begun, or begins anew, has nothing to hold on to.
    const isBeginning = this.#changed === -Infinity;
    if (isPresence(next) || isBeginning) return now - this.#other >= WORSE_SECONDS;
    const isSustained = this.#isWorse(next)
      ? now - this.#worse >= WORSE_SECONDS
      : now - this.#other >= BETTER_SECONDS;
    const isFree = now - this.#changed >= HOLD_SECONDS || this.#isFalse(view);
    return isSustained && (isFree || this.#isSudden(next, view));
  }

  /**
   * Whether the title is about looks that are gone: by more than two standard deviations that the
   * share of a class of this size can have by chance.
   * @param {View} view
   */
  #isFalse({ students }) {
    const share = this.#shown && shareOf(this.#shown, this.#looks);
    if (share === null) return false;
    const { leave } = this.#shown === "unhappy" ? UNHAPPY : LOOK;
    return share < leave - 1 / Math.sqrt(students);
  }

  /** @param {Kind} next */
  #isWorse(next) {
    return this.#shown !== null && ORDER.indexOf(next) < ORDER.indexOf(this.#shown);
  }

  /**
   * Whether all answers went at once: the teacher took them down.
   * @param {View} view
   */
  #isCleared({ pace }) {
    const before = this.#recent.at(-1);
    return pace !== null && before !== undefined && said(pace) === 0 && said(before) >= LEAST;
  }

  /**
   * Whether so many tapped within a minute that it cannot be chance, or the server says so.
   * @param {Kind} next
   * @param {View} view
   */
  #isSudden(next, { pace, students, alerts }) {
    if (wordOf(next) === "lost" && alerts.some(({ kind }) => kind === "many_lost")) return true;
    if (pace === null) return false;
    const isWorse = this.#isWorse(next);
    const word = wordOf(isWorse ? next : this.#shown);
    if (word === null || word === "fine") return false; // good news can wait
    const roots = word === wordOf(this.#shown) ? SUDDEN.change : SUDDEN.news;
    const least = roots * Math.sqrt(students);
    const more = (/** @type {Answers} */ past) => pace[word] - past[word];
    return this.#recent.some((past) => (isWorse ? more(past) : -more(past)) >= least);
  }

  /**
   * What a class is like now; what is shown stays so for longer than it takes to become it.
   * @param {View} view
   * @returns {Kind}
   */
  #kindOf({ students, pace, shares, seen }) {
    if (students === 0) return "waiting";
    if (pace === null) return "gathering";
    for (const word of WORRIES) {
      const isMany = pace[word] >= this.#limit(MANY, `${word}_many`) * students;
      if (isMany && pace[word] >= LEAST) return `${word}_many`;
      const isShown = wordOf(this.#shown) === word;
      const least = Math.max(isShown ? 1 : LEAST, (isShown ? SOME.leave : SOME.enter) * students);
      if (pace[word] >= least) return `${word}_some`;
    }
    if (pace.fine >= Math.max(LEAST, this.#limit(MANY, "fine") * students)) return "fine";
    const least = (this.#shown === "quiet" ? READ.enter : READ.leave) * students;
    if (shares === null || this.#looks === null || (seen ?? 0) < least) return "quiet";
    if (this.#looks.unhappy >= this.#limit(UNHAPPY, "unhappy")) return "unhappy";
    if (this.#looks.neutral >= this.#limit(LOOK, "neutral")) return "neutral";
    if (this.#looks.happy >= this.#limit(LOOK, "happy")) return "happy";
    return "mixed";
  }

  /**
   * @param {{enter: number, leave: number}} limits
   * @param {Kind} kind
   */
  #limit({ enter, leave }, kind) {
    return this.#shown === kind ? leave : enter;
  }
}

/**
 * The share of the faces that look as a title says.
 * @param {Kind} kind
 * @param {Looks | null} looks
 */
const shareOf = (kind, looks) =>
  looks !== null && (kind === "happy" || kind === "neutral" || kind === "unhappy")
    ? looks[kind]
    : null;

/** What students say where that is the title. @param {Kind | null} kind */
export const wordOf = (kind) => (kind === null ? null : (WORDS[kind] ?? null));

/**
 * Whether so many say something that it is to become the title.
 * @param {number} count
 * @param {number} students
 */
export const isWorry = (count, students) => count >= Math.max(LEAST, SOME.enter * students);

/** Whether a title tells of no more than who is here. @param {Kind | null} kind */
const isPresence = (kind) => kind === null || kind === "waiting" || kind === "gathering";

/** How many say something. @param {Record<Pace, number>} pace */
const said = (pace) => PACES.reduce((sum, word) => sum + pace[word], 0);

/**
 * The looks of some minutes, the later the more; at first their plain mean.
 * @param {Looks | null} before
 * @param {View} view
 * @param {number} now
 * @returns {Looks | null}
 */
function smoothed(before, { shares }, now) {
  if (shares === null) return null;
  const { happy = 0, neutral = 0, unhappy = 0 } = looks.grouped(shares);
  if (before === null) return { happy, neutral, unhappy, now, known: 1 };
  const step = now - before.now;
  const known = before.known + step;
  const weight = Math.max(1 - Math.exp(-step / LOOKS_SECONDS), step / known);
  const mixed = (/** @type {number} */ old, /** @type {number} */ newest) =>
    old + weight * (newest - old);
  return {
    happy: mixed(before.happy, happy),
    neutral: mixed(before.neutral, neutral),
    unhappy: mixed(before.unhappy, unhappy),
    now,
    known,
  };
}

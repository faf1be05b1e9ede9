/** How pages tell of looks: by which emotions and groups, in which order, words and colours.
 *
 * @import { Emotion, Shares } from "./contract.js"
 * @import { Item } from "./bars.js"
 *
 * @typedef {[label: Emotion, valence: number][]} Model The labels of a model, in its order.
 *
 * @typedef {object} Drawn
 * @property {number[]} [dash] of its line: whoever does not see colours tells lines by it
 * @property {boolean} [isAside] whether it tells less than others
 *
 * @typedef {Item & Drawn} Look An emotion, or a group of them.
 */

import { EMOTION_WORDS, entriesOf } from "./labels.js";
import { gettext } from "./texts.js";

const PALETTE = 8; // colours of the style sheet, from --look-1 on, for what has none of its own
const dotted = [2, 3];
const dashed = [7, 3];
/** Of those that come when all colours are taken, and of those after them. */
const ROUNDS = [undefined, dashed, dotted];

/**
 * What is known without a model: FER-2013's emotions, as in the server's labels.py.
 * @type {Map<string, {valence: number} & Drawn>}
 */
const FER2013 = new Map([
  ["happy", { valence: 1 }],
  ["surprise", { valence: 0, dash: [10, 3, 2, 3], isAside: true }],
  ["neutral", { valence: 0, dash: dashed }],
  ["sad", { valence: -1 }],
  ["fear", { valence: -1, dash: dashed }],
  ["angry", { valence: -1, dash: dotted }],
  ["disgust", { valence: -1, dash: [7, 3, 2, 3] }],
]);
/** @type {Map<string, string>} */
const WORDS = new Map([...entriesOf(EMOTION_WORDS), ["unhappy", gettext("unhappy")]]);
const OTHER = "other";
/** @type {Look} */
const OTHERS = {
  name: OTHER,
  word: EMOTION_WORDS.other,
  colour: OTHER,
  dash: dotted,
  isAside: true,
};

/** What a page lists: a model's labels, and those that figures have besides. */
export class Looks {
  /**
   * In the order in which pages list them; others, when there are more.
   * @type {Look[]}
   */
  emotions = [];
  /**
   * The pleasant ones together, the unpleasant ones together, and each that is neither.
   * @type {Look[]}
   */
  groups = [];
  /** @type {Map<string, number>} */
  #valences;

  /** @param {Model} [model] FER-2013's, where a page of an earlier release tells of none */
  constructor(model = [...FER2013].map(([label, { valence }]) => [label, valence])) {
    this.#valences = new Map(model);
    this.#list();
  }

  /**
   * Take in what is shown: perhaps of another model, that another process has, or had.
   * @param {{shares: Shares | null}[]} figures
   */
  meet(figures) {
    const labels = new Set(figures.flatMap(({ shares }) => Object.keys(shares ?? {})));
    const news = [...labels].filter((label) => label !== OTHER && !this.#valences.has(label));
    if (news.length === 0) return;
    for (const label of news) this.#valences.set(label, FER2013.get(label)?.valence ?? 0);
    this.#list();
  }

  /**
   * Shares of emotions as shares of their groups, from 0 to 1.
   * @param {Shares} shares
   * @returns {Record<string, number>}
   */
  grouped(shares) {
    const sums = Object.fromEntries(this.groups.map(({ name }) => [name, 0]));
    for (const [label, share] of entriesOf(shares)) {
      const name = this.#groupOf(label);
      sums[name] = (sums[name] ?? 0) + (share ?? 0);
    }
    return sums;
  }

  /**
   * What a group is called, also one that is not listed.
   * @param {string} name
   */
  groupWord(name) {
    return this.groups.find((group) => group.name === name)?.word ?? wordOf(name);
  }

  #list() {
    const known = [...FER2013.keys()].filter((label) => this.#valences.has(label));
    const others = [...this.#valences.keys()].filter((label) => !FER2013.has(label));
    const own = known.map((name) => ({ ...FER2013.get(name), ...named(name, name) }));
    const drawn = others.map((name, index) => ({
      ...named(name, `look-${(index % PALETTE) + 1}`),
      dash: ROUNDS[Math.floor(index / PALETTE) % ROUNDS.length],
    }));
    const emotions = [...own, ...drawn];
    /** @type {(group: string) => Look[]} */
    const of = (group) => emotions.filter(({ name }) => this.#groupOf(name) === group);
    const [happy, unhappy] = [of("happy"), of("unhappy")];
    /** @type {Look[]} */
    const neither = emotions.filter((look) => !happy.includes(look) && !unhappy.includes(look));
    this.emotions = [...emotions, OTHERS];
    this.groups = [
      ...together("happy", happy),
      ...neither.filter(({ isAside }) => !isAside),
      ...neither.filter(({ isAside }) => isAside),
      ...together("unhappy", unhappy),
      OTHERS,
    ];
  }

  /** @param {string} label */
  #groupOf(label) {
    const valence = this.#valences.get(label) ?? FER2013.get(label)?.valence ?? 0;
    return valence > 0 ? "happy" : valence < 0 ? "unhappy" : label;
  }
}

/**
 * What part has a look, whatever it is called: also as objects have it that have no such part.
 * @param {Readonly<Record<string, number | undefined>>} shares
 * @param {string} name
 */
export const shareOf = (shares, name) => (Object.hasOwn(shares, name) && shares[name]) || 0;

/**
 * What pages call a label: a word of theirs, or itself.
 * @param {Emotion} label
 */
export const wordOf = (label) => WORDS.get(label) ?? label;

/**
 * @param {string} name
 * @param {string} colour
 */
const named = (name, colour) => ({ name, word: wordOf(name), colour });

/**
 * A group of what is pleasant, or unpleasant; none without members.
 * @param {string} name
 * @param {Look[]} members
 * @returns {Look[]}
 */
function together(name, members) {
  if (members.length === 0) return [];
  return [{ ...named(name, name), word: members.length === 1 ? members[0].word : wordOf(name) }];
}

/** Those of this page. */
export const looks = new Looks(
  JSON.parse(globalThis.document?.body.dataset.labels ?? "null") ?? undefined,
);

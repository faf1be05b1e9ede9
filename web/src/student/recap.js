/** What stays with a student: when they were lost or asked for help, and the teacher's notes of that
 * time. Only this tab remembers it, as the next student at this machine is somebody else.
 *
 * @import { Marker, ServerMessages } from "../shared/contract.js"
 *
 * @typedef {"lost" | "help"} Tapped
 *
 * @typedef {{at: number, what: Tapped}} Tap `at` in seconds by this machine's clock
 */

import { clock, day } from "../shared/figures.js";
import { offerCopy } from "../shared/copying.js";
import { find, setText, tabMemory } from "../shared/page.js";
import { gettext } from "../shared/texts.js";

const MINUTE = 60; // seconds
/** @type {Record<Tapped, string>} */
const TAPPED = { lost: gettext("I am lost"), help: gettext("I need help") };

export class Recap {
  #key;
  /** @type {Tap[]} */
  #taps = [];
  /** @type {Marker[]} */
  #notes = []; // by the server's clock
  #ahead = 0; // seconds by which that is ahead of this machine's

  /** @param {string} code of the class */
  constructor(code) {
    this.#key = `classpulse.recap.${code}`;
    const kept = tabMemory.get(this.#key);
    if (kept) ({ taps: this.#taps, notes: this.#notes, ahead: this.#ahead } = JSON.parse(kept));
    find("print-recap").addEventListener("click", () => window.print());
    offerCopy("copy-recap", "recap-text", "recap-copied");
  }

  /** @param {Tapped | null} what */
  tap(what) {
    if (what === null) return;
    this.#taps.push({ at: Date.now() / 1000, what });
    this.#keep();
  }

  /**
   * The server did not take in what was tapped last.
   * @param {Tapped | null} what
   */
  takeBack(what) {
    const index = this.#taps.findLastIndex((tap) => tap.what === what);
    if (index < 0) return;
    this.#taps.splice(index, 1);
    this.#keep();
  }

  /** @param {ServerMessages["notes"]} told all of them, in the order of time */
  takeNotes({ t, notes }) {
    this.#ahead = t - Date.now() / 1000;
    this.#notes = notes;
    this.#keep();
  }

  /** Show it, if there is anything to tell. */
  show() {
    const [first] = this.#taps;
    find("recap").hidden = !first;
    if (!first) return;
    setText("recap-day", day(first.at));
    find("recap-list").replaceChildren(
      ...this.#moments().map(({ said, notes }) => {
        const item = listItem(said);
        const list = document.createElement("ul");
        list.append(...notes.map(listItem));
        if (notes.length > 0) item.append(list);
        return item;
      }),
    );
  }

  #keep() {
    const kept = { taps: this.#taps, notes: this.#notes, ahead: this.#ahead };
    tabMemory.set(this.#key, JSON.stringify(kept));
  }

  /** In words; who taps twice in a minute has said it once. */
  #moments() {
    const isSame = (/** @type {Tap} */ one, /** @type {Tap} */ other) =>
      one.what === other.what && minuteOf(one.at) === minuteOf(other.at);
    return this.#taps
      .filter((tap, index, taps) => index === taps.findIndex((each) => isSame(each, tap)))
      .map((tap) => ({
        said: gettext("{time}: “{answer}”", { time: clock(tap.at), answer: TAPPED[tap.what] }),
        notes: this.#notesOf(tap).map(({ at, text }) =>
          text
            ? gettext("{time}, your teacher's note: {note}", { time: clock(at), note: text })
            : gettext("{time}: your teacher marked this moment", { time: clock(at) }),
        ),
      }));
  }

  /**
   * The note that was the latest then, and those of the same minute.
   * @param {Tap} tap
   */
  #notesOf(tap) {
    const notes = this.#notes.map(({ t, text }) => ({ at: t - this.#ahead, text }));
    const latest = notes.findLast(({ at }) => at <= tap.at);
    return notes.filter((note) => note === latest || minuteOf(note.at) === minuteOf(tap.at));
  }
}

/** @param {number} seconds */
const minuteOf = (seconds) => Math.floor(seconds / MINUTE);

/** @param {string} text */
function listItem(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}
